export interface Note {
  hertz: number;
  /** Seconds from the start. */
  at: number;
  lasts: number;
  /** Its timbre; a plain bell without it. */
  wave?: OscillatorType;
}

/** Two falling notes, E5 and C5: look up, somebody is called. */
export const CALL: Note[] = [
  { hertz: 659.26, at: 0, lasts: 0.34 },
  { hertz: 523.25, at: 0.24, lasts: 0.36 },
];
/** A rising pair: it is done. */
export const SUCCESS: Note[] = [
  { hertz: 523.25, at: 0, lasts: 0.16 },
  { hertz: 783.99, at: 0.12, lasts: 0.28 },
];
/** Somebody needs help: harsh and low, like nothing else in the house. Desks only. */
export const HELP: Note[] = [0, 0.5, 1].flatMap((at) => [
  { hertz: 440, at, lasts: 0.2, wave: "square" },
  { hertz: 349.23, at: at + 0.2, lasts: 0.25, wave: "square" },
]);
/** A touch was felt. */
export const TICK: Note[] = [{ hertz: 1200, at: 0, lasts: 0.04 }];

const LOUDNESS = 0.35;
/** A struck bell: up in 12 ms, then dying away, so that nothing clicks. */
const RISE_S = 0.012;

/** The page's one voice; browsers keep it dumb until somebody has touched the page. */
export class Tones {
  #audio: AudioContext | undefined;

  /** What else is to be heard goes the same way. */
  get context(): AudioContext | undefined {
    return this.#audio;
  }

  get allowed(): boolean {
    return this.#audio?.state === "running";
  }

  /** Ask for sound; from a touch it is granted. `changed` is told when it is. */
  open(changed: () => void = () => {}): void {
    if (this.allowed) return changed();
    if (typeof AudioContext === "undefined") return changed();
    this.#audio ??= new AudioContext();
    this.#audio.onstatechange = changed;
    void this.#audio.resume().catch(changed);
    changed();
  }

  close(): void {
    void this.#audio?.close();
    this.#audio = undefined;
  }

  /** `gain`: as loud as the hospital wants it at this hour, 0 to 1. */
  play(notes: Note[], gain = 1): void {
    const audio = this.#audio;
    if (!audio || !this.allowed || gain <= 0) return;
    for (const note of notes) {
      const start = audio.currentTime + note.at;
      const tone = new OscillatorNode(audio, {
        type: note.wave ?? "sine",
        frequency: note.hertz,
      });
      const loudness = new GainNode(audio, { gain: 0 });
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(LOUDNESS * gain, start + RISE_S);
      loudness.gain.exponentialRampToValueAtTime(0.001 * gain, start + note.lasts);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + note.lasts);
    }
  }
}
