import { computed, type InjectionKey, inject, type Ref } from "vue";

/** Every sentence of the kiosk, Chinese and English. Say what to do, then why. */
const WORDS = {
  place_card: ["放上证件\n马上签到", "Place your card\nto check in"],
  which_cards: ["身份证、医保卡\n就诊卡都可以", "ID, insurance or hospital card"],
  what_for: ["您要办什么？", "What would you like to do?"],
  do_check_in: ["签到候诊", "Check in"],
  do_check_in_why: ["挂好号了，来看病", "I have an appointment"],
  do_book: ["挂号预约", "Book a visit"],
  do_book_why: ["还没有号", "I am not booked yet"],
  do_take: ["取号退号", "Pick up or cancel"],
  do_reprint: ["补打小票", "Print slip again"],
  do_place: ["还要等多久", "My place in line"],
  do_scan: ["扫码", "Scan a code"],
  scan_insurance: ["扫医保码", "Insurance code"],
  scan_health: ["扫健康码", "Health code"],
  scan_hint: ["把码对着扫码窗口", "Hold your code to the scanner"],
  read_aloud: ["读给我听", "Read aloud"],
  help: ["叫人帮忙", "Help"],
  help_title: ["请到分诊台，护士帮您", "Please ask at the nurse desk"],
  help_why: [
    "这里办不了的，分诊台都能办。",
    "The nurse desk can do everything this machine cannot.",
  ],
  reach: ["坐着用", "Lower keys"],
  reach_off: ["站着用", "Full height"],
  quit: ["不办了", "Cancel"],
  end_here: ["结束", "Finish"],
  back_step: ["上一步", "Back"],
  is_it_you: ["是您本人吗？", "Is this you?"],
  yes_me: ["是我，继续", "Yes, continue"],
  not_me: ["不是我", "Not me"],
  male: ["男", "Male"],
  female: ["女", "Female"],
  age: ["岁", "years"],
  choose_what: ["请选一项", "Please choose"],
  nothing_here: ["您在这里没有号", "You have no number here"],
  row_check_in: ["签到", "Check in"],
  row_rejoin: ["重新排队", "Line up again"],
  row_return: ["回诊签到", "Back to the doctor"],
  row_place: ["看排到哪里", "See my place"],
  row_take: ["取号", "Pick up"],
  row_cancel: ["退号", "Cancel it"],
  row_reprint: ["补打", "Print slip"],
  new_number: ["再挂一个号", "Book another visit"],
  second_title: ["再核对一下", "One more check"],
  second_hint: ["出生年月日八位，或手机后四位", "Birth date, 8 digits, or last 4 of your phone"],
  next: ["下一步", "Next"],
  first_visit: ["第一次来，先建个档", "First visit: let us make your file"],
  first_phone: ["请输入手机号码", "Your mobile number"],
  make_file: ["建档", "Make my file"],
  which_department: ["您要看哪个科？", "Which department?"],
  which_doctor: ["您想看哪位医生？", "Which doctor would you like to see?"],
  any_doctor: ["哪位都行，要最早的", "Any doctor, earliest time"],
  ordinary: ["普通门诊", "General clinic"],
  when: ["您想什么时候来？", "When would you like to come?"],
  take_time: ["就约这个时间", "Take this time"],
  pick_time: ["请先选一个时间", "Please pick a time"],
  department: ["科室", "Department"],
  doctor: ["医生", "Doctor"],
  change: ["换一个", "Change"],
  left: ["剩", "Left"],
  places: ["个", ""],
  full: ["已约满", "Full"],
  stopped: ["停诊", "Not seeing"],
  has_places: ["有号", "Places"],
  today: ["今天", "Today"],
  tomorrow: ["明天", "Tomorrow"],
  am: ["上午", "Morning"],
  pm: ["下午", "Afternoon"],
  night: ["晚间", "Evening"],
  all: ["全天", "All day"],
  yuan: ["元", "yuan"],
  more_below: ["往下看", "More"],
  held_title: ["号给您留住了", "We are holding this for you"],
  held_why: ["费用在窗口或取号时付", "Pay at the window or on pick-up"],
  do_it: ["确定挂号", "Book it"],
  give_back: ["不要了", "Give it back"],
  booked: ["挂好号了", "Booked"],
  cancelled: ["号退好了", "Cancelled"],
  all_done: ["办好了", "Done"],
  returned: ["回诊签到好了，请坐下等", "You are back in line. Please take a seat."],
  rejoined: ["重新排上队了，请坐下等", "You are in line again. Please take a seat."],
  expected: ["大约这个时间叫您", "Expected"],
  something_else: ["再办一件", "Something else"],
  still_there: ["您还在吗？", "Still there?"],
  go_on: ["继续", "Continue"],
  seconds: ["秒后退出", "seconds left"],
  scan_me: ["拍下来当小票", "Photograph this as your slip"],
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
  reader_away: ["读卡器坏了，请扫码或输号码", "Reader out of order: scan or type instead"],
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
