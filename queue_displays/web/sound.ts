import { CALL, type Tones } from "@shared/sound/tones";
import type { Sound } from "./voice";

const CHIME_S = 0.6;
const PAUSE_S = 0.3;
const BETWEEN_S = 0.25;
const KEPT = 24;
const RETRY_MS = 3_000;

/** Where the words of an announcement come from: the token opens them. */
export type Fetch = (key: string) => Promise<ArrayBuffer>;

export const fetchAudio =
  (token: () => Promise<string>): Fetch =>
  async (key) => {
    const headers = { Authorization: `Bearer ${await token()}` };
    const answer = await fetch(`/api/v1/audio/${encodeURIComponent(key)}.wav`, { headers });
    if (!answer.ok) throw new Error(`audio: ${answer.status}`);
    return answer.arrayBuffer();
  };

/** The browser's voice: chime, pause, then the words of each language in order. */
export class BrowserSound implements Sound {
  #kept = new Map<string, Promise<AudioBuffer>>();
  #sources: AudioBufferSourceNode[] = [];
  #ended: (() => void) | undefined;

  constructor(
    readonly tones: Tones,
    readonly fetchWords: Fetch,
  ) {}

  state(): "on" | "blocked" | "none" {
    if (this.tones.context === undefined) return "none";
    return this.tones.allowed ? "on" : "blocked";
  }

  fetch(keys: string[]): void {
    for (const key of keys) void this.#buffer(key).catch(() => {});
  }

  async ready(keys: string[], chime: boolean): Promise<number> {
    const buffers = await Promise.all(keys.map((key) => this.#buffer(key)));
    const words = buffers.reduce((sum, { duration }) => sum + duration + BETWEEN_S, 0);
    return (chime ? CHIME_S + PAUSE_S : 0) + words;
  }

  async play(keys: string[], gain: number, chime: boolean): Promise<void> {
    const audio = this.tones.context;
    if (audio === undefined || !this.tones.allowed) throw new Error("blocked");
    const buffers = await Promise.all(keys.map((key) => this.#buffer(key)));
    this.stop();
    if (chime) this.tones.play(CALL, gain);
    let at = audio.currentTime + (chime ? CHIME_S + PAUSE_S : 0);
    for (const buffer of buffers) {
      const source = audio.createBufferSource();
      source.buffer = buffer;
      source.connect(audio.destination);
      source.start(at);
      this.#sources.push(source);
      at += buffer.duration + BETWEEN_S;
    }
    const lasts = (at - audio.currentTime) * 1000;
    await new Promise<void>((ended) => {
      const timer = setTimeout(ended, lasts);
      this.#ended = () => {
        clearTimeout(timer);
        ended();
      };
    });
    this.#sources = [];
  }

  stop(): void {
    for (const source of this.#sources) {
      source.onended = null;
      try {
        source.stop();
      } catch {
        // it had not begun
      }
      source.disconnect();
    }
    this.#sources = [];
    this.#ended?.();
    this.#ended = undefined;
  }

  #buffer(key: string): Promise<AudioBuffer> {
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const coming = this.#load(key);
    this.#kept.set(key, coming);
    coming.catch(() => {
      // tried again, but not at every change of the view
      setTimeout(() => {
        if (this.#kept.get(key) === coming) this.#kept.delete(key);
      }, RETRY_MS);
    });
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    return coming;
  }

  async #load(key: string): Promise<AudioBuffer> {
    const audio = this.tones.context;
    if (audio === undefined) throw new Error("no sound");
    return audio.decodeAudioData(await this.fetchWords(key));
  }
}
