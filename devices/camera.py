"""A camera, as whoever looks needs it. A port: no real camera is driven yet, the
simulator gives frames. A picture of a face is personal: no frame is kept here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from devices.trouble import Trouble


@dataclass(frozen=True, repr=False)
class Frame:
    """A JPEG. `number` grows, so that a dropped one shows."""

    number: int
    jpeg: bytes


CAMERA_AWAY = Trouble("camera_away", "摄像头没有连上。", "The camera is not connected.")


class Camera(Protocol):
    async def frame(self, after: int = 0) -> Frame:
        """The newest frame with a higher number. Raises DeviceTrouble when there is no
        camera; cancelled, nothing was taken."""
