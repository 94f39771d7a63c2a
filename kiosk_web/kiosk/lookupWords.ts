/** What is said where somebody looks something up: see words.ts. */
export const LOOKUP_WORDS = {
  do_place: ["还要等多久", "My place"],
  do_departments: ["科室和专家", "Find a doctor"],
  place_to_place: ["放上证件\n看排到哪里", "Place your card\nto see your place"],
  queues_instead: ["没带卡？看各科叫到几号", "No card? See all queues"],
  places_title: ["您今天的号", "Your numbers today"],
  places_none: ["您今天没有号", "You have no number today"],
  places_book: ["挂号", "Book a visit"],
  not_in_line: ["还没有签到", "Not checked in yet"],
  queues_title: ["现在叫到几号", "Now being called"],
  queue_none: ["没有人在等", "Nobody is waiting"],
  queue_stopped: ["停诊", "Closed now"],
  now_in: ["正在看", "Now seen"],
  next_up: ["接下来", "Next"],
  in_queue: ["位在等", "waiting"],
  your_place: ["看我的位置", "See my own place"],
  departments_title: ["各科看什么", "What each department does"],
  expert_full: ["约满", "full"],
  expert_none: ["近几天没有号", "No days with numbers soon"],
  prepare_title: ["检查前要准备", "Before your examination"],
  prepare_yes: ["准备好了，签到", "I am ready: check in"],
  prepare_no: ["还没有", "Not yet"],
  prepare_help: ["没准备好，或者拿不准，请问护士。", "Not ready, or not sure? Please ask the nurse."],
  afterwards: ["检查完：", "Afterwards: "],
  book_here: ["挂这个科的号", "Book in this department"],
} as const satisfies Record<string, readonly [string, string]>;

const TITLES: Record<string, string> = {
  主任: "Chief physician",
  副主任: "Associate chief physician",
  主治: "Attending physician",
  住院: "Resident physician",
};

/** A doctor's title; what is not known in English is left out there. */
export function titleOf(title: string | undefined, english: boolean): string {
  const plain = (title ?? "").replace(/(医师|医生)$/, "");
  return english ? (TITLES[plain] ?? "") : (title ?? "");
}
