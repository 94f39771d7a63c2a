/** Two falling notes, E5 and C5: look up, somebody is called. */
const NOTES = [
  { hertz: 659.26, at: 0, lasts: 0.34 },
  { hertz: 523.25, at: 0.24, lasts: 0.36 },
];

export class Chime {
  #audio: AudioContext | undefined;

  /** Whether the browser lets this page sound without anybody having touched it. */
  get allowed(): boolean {
    return this.#audio?.state === "running";
  }

  /** Ask for sound; from a touch it is granted. `changed` is told when it is. */
  open(changed: () => void): void {
    this.#audio ??= new AudioContext();
    this.#audio.onstatechange = changed;
    void this.#audio.resume().catch(() => changed());
    changed();
  }

  close(): void {
    void this.#audio?.close();
    this.#audio = undefined;
  }

  ring(): void {
    const audio = this.#audio;
    if (!audio || !this.allowed) return;
    for (const note of NOTES) {
      const start = audio.currentTime + note.at;
      const tone = new OscillatorNode(audio, { type: "sine", frequency: note.hertz });
      const loudness = new GainNode(audio, { gain: 0 });
      // a struck bell: up in 12 ms, then dying away, so that nothing clicks
      loudness.gain.linearRampToValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(0.35, start + 0.012);
      loudness.gain.exponentialRampToValueAtTime(0.001, start + note.lasts);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + note.lasts);
    }
  }
}
