"""The devices on the floor: screens, kiosks, speakers. Who they are, what they show,
what they are told to do, and how they are."""
