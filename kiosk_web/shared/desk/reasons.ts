import { onMounted, type Ref, ref } from "vue";
import type { ReasonWords } from "./words";

const words = ref<ReasonWords>({});
const AGAIN_MS = 5_000;

/** The server's sentences for reasons. Until they are here a code stands for itself. */
export function useReasonWords(): Ref<ReasonWords> {
  async function load(): Promise<void> {
    if (Object.keys(words.value).length > 0) return;
    try {
      const answer = await fetch("/api/v1/words");
      if (!answer.ok) throw new Error(`/api/v1/words answered ${answer.status}`);
      words.value = ((await answer.json()) as { reasons: ReasonWords }).reasons;
    } catch {
      setTimeout(() => void load(), AGAIN_MS);
    }
  }
  onMounted(() => void load());
  return words;
}
