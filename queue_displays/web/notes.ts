import type { RoomNote } from "@shared/hall/view";

/** What stands on a door besides a number, in words that say what to do. */
export interface NoteWords {
  title: string;
  chinese: string;
  english: string;
  /** Nobody is called here: the room is closed rather than late. */
  closed: boolean;
}

export function noteWords(
  note: RoomNote | undefined,
  doctor: string | undefined,
  wallTime: (ms: number) => string,
): NoteWords | undefined {
  switch (note?.kind) {
    case "away": {
      const back = note.back_at === undefined ? "" : wallTime(note.back_at);
      return {
        title: "暂离",
        chinese: back ? `大约 ${back} 回来，请在这里等` : "一会儿就回来，请在这里等",
        english: back ? `Back at about ${back}. Please wait here.` : "Back soon. Please wait here.",
        closed: false,
      };
    }
    case "absent":
      return {
        title: "医生未到",
        chinese: "到了就开始叫号，请在这里等",
        english: "The doctor has not come yet. Please wait here.",
        closed: false,
      };
    case "stopped":
      return {
        title: "暂停叫号",
        chinese: "请等护士通知",
        english: "Calling is paused. Please wait for the nurse.",
        closed: false,
      };
    case "clinic_stopped":
      return CLOSED;
    default:
      return doctor ? undefined : CLOSED;
  }
}

const CLOSED: NoteWords = {
  title: "停诊",
  chinese: "今天不看诊，请到分诊台",
  english: "Closed today. Please see the nurse desk.",
  closed: true,
};

/** What is said of a call, by what it is a call to. */
export interface CallWords {
  now: string;
  again: (times: number) => string;
  english: string;
  place: string;
  nowIn: string;
  nowInEnglish: string;
  /** What whoever waits here is to do, and what who missed the call. */
  wait: Told;
  missed: Told;
}

export interface Told {
  chinese: string;
  english: string;
}

const TO_A_ROOM: CallWords = {
  now: "请就诊",
  again: (times) => `请就诊，第 ${times} 次叫`,
  english: "Now calling",
  place: "诊室",
  nowIn: "就诊中",
  nowInEnglish: "Now in",
  wait: {
    chinese: "叫到您的号再进诊室，请带好证件和病历。",
    english: "Please wait until you are called.",
  },
  missed: {
    chinese: "过号了不要急，请到分诊台，护士帮您重新排队。",
    english: "Missed your call? Please see the nurse.",
  },
};

export const CALL_WORDS: Record<string, CallWords> = {
  hall: TO_A_ROOM,
  door: { ...TO_A_ROOM, now: "请进", english: "Please come in" },
  dental: {
    ...TO_A_ROOM,
    place: "椅位",
    wait: {
      chinese: "叫到您的号再进来，请带好证件和病历。",
      english: "Please wait until you are called.",
    },
  },
  examination: {
    ...TO_A_ROOM,
    now: "请检查",
    again: (times) => `请检查，第 ${times} 次叫`,
    place: "检查室",
    nowIn: "检查中",
    wait: {
      chinese: "叫到您的号再进检查室，请带好检查单。",
      english: "Please wait until you are called.",
    },
  },
  pharmacy: {
    ...TO_A_ROOM,
    now: "请取药",
    again: (times) => `请取药，第 ${times} 次叫`,
    english: "Please collect",
    place: "窗口",
    nowIn: "取药中",
    nowInEnglish: "Collecting",
    wait: {
      chinese: "药配好了就叫您的号，请带好取药单。",
      english: "You are called when your medicine is ready.",
    },
    missed: {
      chinese: "过号了不要急，请告诉窗口的药师。",
      english: "Missed your call? Please tell a pharmacist.",
    },
  },
};

export const callWords = (layout: string): CallWords => CALL_WORDS[layout] ?? TO_A_ROOM;
