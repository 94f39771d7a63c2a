"""Who may join what, what an ask becomes, and which view they get."""
