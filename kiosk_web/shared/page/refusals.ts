import { english } from "./language";

/**
 * Why something was not done, for pages in English. The server says it in Chinese, with
 * what to do, and by a code; tests/realtime/test_refusals_in_english.py holds this table
 * to every code a desk can be given.
 */
type Details = Record<string, unknown>;
type Words = string | ((details: Details) => string);

const seconds = (ms: unknown): number => Math.max(1, Math.ceil(Number(ms ?? 0) / 1000));

const tries = (left: unknown): string =>
  typeof left !== "number" || left <= 0 ? "" : ` ${left} more ${left === 1 ? "try" : "tries"}, then the account locks for a while.`;

/** What is wrong with one field, where the server says no more than which. */
const FIELDS: Record<string, string> = {
  new: "Not this password: 8 characters or more, of three kinds, without the account's name, and none of your last ones.",
  code: "The six digits are wrong. Type those the authenticator shows now.",
  roles: "These roles and places do not go together: each office is an account of its own, and every account has a place such as im2 or im2/3.",
};

const ENGLISH: Record<string, Words> = {
  // the line and the server
  offline: "The network is down, and it was not sent. Try again when it is back.",
  unreachable: "The server cannot be reached. Try again in a moment.",
  deadline: "No answer in time: look at the page before you do it again.",
  busy: "Too many at once. Try again in a moment.",
  too_many_asks: "Too many at once. Try again in a moment.",
  unavailable: "It could not be written down now. Try again in a moment.",
  internal: "Our mistake; it has been noted. Ask the triage desk.",
  bad_request: ({ field }) => FIELDS[String(field)] ?? `Something is filled in wrongly${field ? ` (${String(field)})` : ""}. Check it and try again.`,
  unknown_ask: "There is no such thing to do. Load the page again.",
  unknown_topic: "There is no such place. Check the settings.",
  unknown_target: "There is no such place. Check the settings.",
  forbidden: "You may not do this here.",
  key_reused: "This was asked before in another way. Load the page again.",
  stale: "Things have changed. Look at the page and try again.",
  // who is at the desk
  not_logged_in: "No doctor is logged in to this room.",
  wrong_password: ({ left }) => `The account or the password is wrong.${tries(left)}`,
  wrong_code: ({ left }) => `The six digits are wrong or used already: wait for the next.${tries(left)}`,
  change_password: ({ why }) =>
    why === "old" ? "Your password is too old: choose a new one first." : "Choose a password of your own first.",
  second_factor: "Enter the six digits of your authenticator.",
  second_factor_first: "This office needs an authenticator: bind one first.",
  disabled: "This account is disabled. Ask the security officer.",
  locked: "Too many wrong tries: this account is locked for a while.",
  account_taken: "This account name is taken. Choose another.",
  already_disabled: "This account is disabled already.",
  not_disabled: "This account is neither disabled nor locked.",
  own_rights: "Nobody changes their own roles: ask another security officer.",
  last_one: "This is the last security officer. Add another one first.",
  not_first: "There are accounts already: let the security officer add it.",
  unknown_account: "There is no such account.",
  has_factor: "An authenticator is bound already. If it is lost, ask a security officer.",
  no_factor: "No authenticator is bound to this account.",
  offer_over: "This code is too old. Log in again and bind then.",
  // the clinic's day
  not_open: "This clinic is not open yet today.",
  already_open: "This clinic is open already.",
  day_closed: "This clinic's day has ended.",
  clinic_stopped: "This doctor or queue is closed today. Offer another one or another day.",
  leaving: "Somebody is on the way to another clinic. Wait a moment.",
  unknown_room: "There is no such room.",
  unknown_queue: "This clinic has no such queue.",
  unknown_doctor: "There is no such doctor.",
  unknown_ticket: "There is no such ticket. Look at the page.",
  unknown_class: "There is no such class. Add it in the settings first.",
  unknown_clinic: "There is no such clinic.",
  ended: "This ticket has ended.",
  // calling
  nobody_waiting: "Nobody is waiting.",
  moved_on: "The room has another patient by now. Look at the page.",
  not_finished: "The patient in the room is not finished yet.",
  away: "The room is away: press “back” first.",
  calling_stopped: "Calling is stopped for this queue.",
  seat_kept: "The chair is kept for who is at an examination.",
  not_waiting: "This patient is not waiting.",
  void: "This number is void: a nurse can make it good again.",
  not_void: "This number is not void: call it back as missed.",
  unfair: ({ number }) => `${number ? String(number) : "Somebody"} has been overtaken often enough: call them first.`,
  too_soon: ({ wait_ms }) => `Called just now: wait ${seconds(wait_ms)} s.`,
  call_again_first: ({ calls }) => `Call ${calls ? `${String(calls)} more times` : "again"} before it counts as missed.`,
  return_too_late: "The days for coming back are over: register anew.",
  too_late: "It has begun already and cannot be taken back.",
  not_held: "This one is not held here. Look at the page.",
  not_away: "This one is not away.",
  not_missed: "This one is not among the missed.",
  still_busy: "Somebody is still in the room. Finish first.",
  room_taken: "Somebody is in that room already.",
  logged_in_elsewhere: ({ room }) => `This doctor is logged in to ${room ? `room ${String(room)}` : "another room"}: use “change room”.`,
  nobody_logged_in: "The doctor is not logged in to this room yet.",
  bad_time: "That time is over. Enter another.",
  already_over: "That time is over. Choose a later one.",
  // checking in and moving
  already_in: ({ number, ahead }) => `Checked in already${number ? `: ${String(number)}` : ""}${ahead === undefined ? "" : `, ${String(ahead)} ahead`}.`,
  already_registered: "This patient has a number here already: check them in.",
  not_registered: "There is no number for this card today. Register first.",
  too_early: ({ wait_ms }) => `Too early to check in${wait_ms ? `: ${Math.ceil(seconds(wait_ms) / 60)} min to go` : ""}.`,
  cut_off: "The booked time is over. A nurse can still check them in.",
  has_doctor: "This number is for one doctor. Change it at the desk.",
  joined: "They stand in the line already.",
  number_taken: "This number is somebody else's. Choose another.",
  ticket_taken: "This ticket is registered already.",
  two_live: "Both records have a live number in one queue. End one of them first.",
  extra_limit: ({ limit }) => `Today's extra numbers are used up${limit ? ` (${String(limit)})` : ""}.`,
  no_second_stage: "Nobody waits at the doors in this clinic.",
  other_queue: "This room does not see that queue.",
  other_department: "Not into another department: change the number at the window first.",
  other_fee: "The fee is another: change the number at the window first.",
  other_clinic: "Check in at the other clinic, please.",
  same_place: "They stand in this queue already.",
  already_answered: "They have answered already. Look at the page.",
  answered: "They have answered already.",
  not_stopped: "Nothing is stopped here.",
  // numbers and schedules
  already_held: "They hold a number of this already.",
  already_stopped: "This session is stopped already.",
  already_taken: "The number was picked up already. Refund it at the window.",
  booking_closed: "They may not book now after several no-shows; the window still sells.",
  cannot_stay: "The session is stopped: choose another doctor, another day or a refund.",
  extras_used_up: "Today's extra numbers are used up.",
  limit_reached: "They have as many numbers as the rules allow.",
  no_no_show: "This was not written down as a no-show.",
  no_other_booking: "Book the other day first.",
  no_trade: "There is no proof of payment.",
  none_left: "Nothing is left of that session.",
  not_affected: "The stop does not touch this number.",
  not_closed: "They may book; there is nothing to lift.",
  not_on_sale: "It is not on sale yet.",
  other_price: "The price is another: refund and book anew.",
  doctor_busy: "This doctor sees others at that time: change that day first, or leave this session out.",
  places_held: ({ held }) => `${held ? String(held) : "Some"} places are given to patients: not fewer than that; a session with numbers is stopped instead.`,
  sale_over: "This slot is no longer sold.",
  same_doctor: "This doctor sees them anyway.",
  same_slot: "That is the slot they have.",
  session_stopped: "This session is stopped.",
  session_taken: "There is such a session already: stop, move or change that one.",
  unknown_booking: "There is no such booking.",
  unknown_channel: "This channel has no numbers.",
  unknown_entry: "There is no such entry in the directory.",
  unknown_session: "There is no such session. Lay it out first.",
  unknown_slot: "There is no such slot.",
  wrong_amount: "What was paid is not the price.",
  // the plan, devices and announcements
  already_reverted: "This change was taken back already.",
  changed_meanwhile: ({ by }) => `${by ? String(by) : "Somebody"} has changed this meanwhile. Look at the newest and go on from there.`,
  changed_since: "It was changed again later. Take that back first.",
  not_planned: "This change does not wait to take effect.",
  nothing_changed: "Nothing has been changed.",
  unknown_change: "There is no such change.",
  wrong_file: ({ line }) => `The file cannot be read${line ? `: line ${String(line)}` : ""}.`,
  already_enrolled: "This device is enrolled already.",
  no_log: "This device has sent no log yet.",
  no_screenshot: "This device has sent no picture yet.",
  order_over: "This order is too old. Give it again.",
  revoked: "This device has been revoked. Enrol it again at the device.",
  too_many: "Too many devices wait to be enrolled. Try again in a minute.",
  unknown_code: "No device shows this code. Look at its screen again.",
  unknown_terminal: "There is no such device.",
  area_busy: "Too much is being announced here. Try again in a moment.",
  not_a_speaker: "This device is no speaker here.",
  not_yours: "Another device says this.",
  over: "This announcement is over.",
  taken: "This is being said.",
  unknown_announcement: "This announcement is over.",
  unknown_zone: "There is no such zone.",
  zone_busy: "The one before is still being said.",
};

interface Refusal {
  code: string;
  message: string;
  details?: unknown;
}

/** In English; nothing for what this page does not know yet. */
export function inEnglish(error: Refusal): string | undefined {
  const words = ENGLISH[error.code];
  return typeof words === "function" ? words((error.details ?? {}) as Details) : words;
}

/** As the page's language has it; what this page does not know yet as the server said. */
export const refused = (error: Refusal): string =>
  (english.value ? inEnglish(error) : undefined) ?? error.message;
