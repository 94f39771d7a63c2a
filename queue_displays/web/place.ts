/** Where a screen hangs, what it shows of there, and by which layout. Pure. */

export const LAYOUTS = [
  "hall",
  "door",
  "dental",
  "examination",
  "pharmacy",
  "overview",
  "led",
] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface WallPlace {
  clinics: string[];
  /** `im2/3`; empty: every room of these clinics. */
  rooms: string[];
  /** As set up; `auto` leaves it to the place and the size. */
  profile: Layout | "auto";
  /** Whose announcements it answers for, and those among them that it speaks. */
  areas: string[];
  voices: string[];
  /** Whether a call takes the whole screen for a second, for who cannot hear. */
  flash: boolean;
}

const isLayout = (name: string): name is Layout =>
  (LAYOUTS as readonly string[]).includes(name);

const profileOf = (name: string): Layout | "auto" => (isLayout(name) ? name : "auto");

/** What the hospital's plan says of an enrolled screen. */
export interface Hung {
  layout: string;
  places: string[];
  areas: string[];
  voices: string[];
}

/** What the set-up page said of an enrolled screen; the plan goes before it. */
export function placeOf(places: string[], profile: string, hung?: Hung): WallPlace {
  return hung
    ? { ...placed(hung.places, hung.layout), areas: hung.areas, voices: hung.voices }
    : placed(places, profile);
}

function placed(places: string[], profile: string): WallPlace {
  const clinics = [...new Set(places.map((place) => place.split("/")[0] ?? place))];
  const whole = new Set(places.filter((place) => !place.includes("/")));
  // a clinic given whole is whole, whatever rooms are given beside it
  const rooms = places.filter((place) => {
    const [clinic, room] = place.split("/");
    return room !== undefined && clinic !== undefined && !whole.has(clinic);
  });
  return {
    clinics,
    rooms: whole.size > 0 && rooms.length > 0 ? allOf(whole, rooms) : rooms,
    profile: profileOf(profile),
    areas: clinics,
    voices: clinics.slice(0, 1),
    flash: true,
  };
}

/** Some clinics whole and of others only rooms: the whole ones as `im2/*`. */
const allOf = (whole: Set<string>, rooms: string[]): string[] => [
  ...[...whole].map((clinic) => `${clinic}/*`),
  ...rooms,
];

/** `?clinic=im2,eye1&room=3,4&layout=door&area=hall2&flash=off` */
export function placeFromAddress(search: string): WallPlace {
  const asked = new URLSearchParams(search);
  const list = (name: string) =>
    (asked.get(name) ?? "").split(",").filter((part) => part !== "");
  const clinics = list("clinic");
  const first = clinics[0] ?? "im2";
  const areas = asked.has("area") ? list("area") : clinics.length > 0 ? clinics : [first];
  return {
    clinics: clinics.length > 0 ? clinics : [first],
    rooms: list("room").map((room) => (room.includes("/") ? room : `${first}/${room}`)),
    profile: profileOf(asked.get("layout") ?? ""),
    areas,
    voices: areas.slice(0, 1),
    flash: asked.get("flash") !== "off",
  };
}

export const isInside = (place: WallPlace, clinic: string, room: string): boolean =>
  place.rooms.length === 0 ||
  place.rooms.includes(`${clinic}/${room}`) ||
  place.rooms.includes(`${clinic}/*`);

/** Lower, or flatter, than this is a strip of lamps: one line is all it can say. */
const LED_HEIGHT = 200;
const LED_ASPECT = 3;

export function layoutFor(place: WallPlace, width: number, height: number): Layout {
  if (height <= LED_HEIGHT || width / height > LED_ASPECT) return "led";
  if (place.profile !== "auto") return place.profile;
  const [room, ...others] = place.rooms;
  if (room !== undefined && others.length === 0 && !room.endsWith("/*")) return "door";
  return place.rooms.length === 0 && place.clinics.length > 1 ? "overview" : "hall";
}

export const isUpright = (width: number, height: number): boolean => height > width;

/**
 * The pixels of one rem. A wall is drawn for 192 × 108 rem (upright 108 × 192), a strip
 * of lamps for a height of 10; everything is a share of the screen, not of its pixels.
 */
export function remFor(layout: Layout, width: number, height: number): number {
  if (layout === "led") return Math.min(height / 10, width / 34);
  return isUpright(width, height)
    ? Math.min(width / 108, height / 192)
    : Math.min(width / 192, height / 108);
}
