import { computed, type InjectionKey, inject, type Ref } from "vue";

/** Every sentence of the kiosk, Chinese and English. Say what to do, then why. */
const WORDS = {
  place_card: ["放上证件\n马上签到", "Place your card\nto check in"],
  which_cards: ["身份证、医保卡\n就诊卡都可以", "ID, insurance or hospital card"],
  type_number: ["输入号码", "Type your number"],
  no_card: ["没带证件？", "No card with you? "],
  queues_here: ["这里签到的科室", "Check in here for"],
  waiting: ["候诊", ""],
  people: ["位", ""],
  in_line: ["位", "waiting"],
  large: ["大字", "Large"],
  normal: ["标准字", "Normal"],
  type_title: ["请输入证件号码", "Type the number of your card"],
  type_hint: ["身份证或就诊卡上的号码", "The number on your ID or hospital card"],
  check_in: ["签到", "Check in"],
  back: ["返回", "Back"],
  erase: ["删一位", "Delete"],
  working: ["正在签到", "Checking you in"],
  working_long: ["正在办理，请不要离开", "Please stay, this takes a moment"],
  done: ["签到好了，请坐下等", "You are checked in. Please take a seat."],
  already: ["您已经签到过了", "You have already checked in"],
  your_number: ["您的号", "Your number"],
  ahead: ["前面还有", "Ahead of you"],
  you_are_next: ["下一位就是您", "You are next"],
  where: ["去哪里等", "Where to wait"],
  room: ["诊室", "Room"],
  outside: ["门外", ""],
  rooms_any: ["这几间都可能叫您，请看屏上的门牌。", "Any of these may call you."],
  watch: ["请看大屏，叫到您的号再进。", "Watch the screen for your number."],
  stay: ["多看一会儿", "Stay longer"],
  leave: ["看好了，退出", "Done"],
  problem: ["这次没有签到", "Not checked in"],
  nurse: ["请到分诊台，护士帮您办。", "Please see the nurse desk."],
  offline: ["网络断了，请到分诊台", "No network. Please see the nurse desk."],
  offline_why: [
    "这台机器现在不能签到。",
    "Check-in works at the nurse desk.",
  ],
  not_found: ["没有查到您今天的号", "No appointment found for today"],
  no_answer: ["没有等到回音", "No answer came"],
  no_answer_todo: [
    "可能已经签到了。请再放一次卡看看，或到分诊台。",
    "You may be checked in already. Please place your card again, or see the nurse.",
  ],
  called: ["正在叫您", "You are being called now"],
  called_todo: [
    "请现在就进诊室，门牌看大屏。",
    "Please go in now. The screen shows your room.",
  ],
  seen: ["您正在就诊", "You are with the doctor"],
  seen_todo: ["不用再签到。", "There is no need to check in again."],
  missed: ["您的号已经过了", "Your number was called and missed"],
  missed_todo: [
    "请到分诊台，护士帮您重新排队。",
    "Please go to the nurse desk to be put back in line.",
  ],
  take_slip: ["请取走小票", "Take your slip"],
  printing: ["正在打印小票", "Printing your slip"],
  no_paper: ["小票打不出来，请记下号码", "No slip: please note your number"],
  card_left: ["您的卡忘在机器上了，请拿走", "A card was left here: please take it"],
  not_read: ["没读到卡，请再放一次", "Card not read: please place it again"],
  closed: ["这个诊区今天没有开诊", "Not open today"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

export interface Speech {
  english: Ref<boolean>;
  /** The chosen language. */
  say: (word: Word) => string;
  /** The other one, smaller and under it. */
  under: (word: Word) => string;
  /** For `lang` attributes: so that a reader pronounces what it reads. */
  lang: Readonly<Ref<"zh-CN" | "en">>;
  underLang: Readonly<Ref<"zh-CN" | "en">>;
}

export const SPEECH: InjectionKey<Speech> = Symbol("speech");

export function createSpeech(english: Ref<boolean>): Speech {
  return {
    english,
    say: (word) => WORDS[word][english.value ? 1 : 0],
    under: (word) => WORDS[word][english.value ? 0 : 1],
    lang: computed(() => (english.value ? "en" : "zh-CN")),
    underLang: computed(() => (english.value ? "zh-CN" : "en")),
  };
}

export function useSpeech(): Speech {
  const speech = inject(SPEECH);
  if (speech === undefined) throw new Error("this part needs the kiosk round it");
  return speech;
}
