import type { Place } from "@shared/page/place";
import { carryToken } from "@shared/page/token";

/** To another window, or to another room: the page goes along. */

const SLIM = "popup,width=376,height=800";

/** The slim window beside other programs. A browser that opens none leaves the page. */
export function openWindow(): void {
  window.open(location.href, `houzhen-slim${location.search}`, SLIM);
}

export function enterRoom(place: Place, room: string): void {
  carryToken(place, { ...place, room });
  const search = new URLSearchParams(location.search);
  search.set("clinic", place.clinic);
  search.set("room", room);
  location.search = search.toString();
}
