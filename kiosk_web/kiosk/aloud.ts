/** This computer's own voice, where it has a Chinese one: it needs no network. */
export interface Voice {
  say: (text: string, english: boolean) => void;
  hush: () => void;
}

export function aloud(): Voice | undefined {
  const { speechSynthesis } = window;
  if (!speechSynthesis) return undefined;
  const voiceOf = (language: string) =>
    speechSynthesis
      .getVoices()
      .find(({ lang, localService }) => localService && lang.toLowerCase().startsWith(language));
  if (!voiceOf("zh")) return undefined;
  return {
    say(text, english) {
      speechSynthesis.cancel();
      const words = new SpeechSynthesisUtterance(text.replace(/\s+/g, " ").slice(0, 300));
      const voice = voiceOf(english ? "en" : "zh");
      if (voice) words.voice = voice;
      words.lang = english ? "en" : "zh-CN";
      words.rate = 0.9;
      speechSynthesis.speak(words);
    },
    hush: () => speechSynthesis.cancel(),
  };
}
