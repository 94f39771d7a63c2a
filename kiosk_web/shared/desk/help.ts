import { computed, onMounted, onUnmounted, type Ref, ref } from "vue";
import { HELP, Tones } from "../sound/tones";

/** A call for help, as far as its sound is concerned. */
interface Calling {
  id: string;
  kind: string;
  answered?: string;
}

const AGAIN_MS = 4_000;

/**
 * Sounds until somebody has answered, or this desk was told to be quiet about it. A
 * browser keeps the page dumb until it was touched: then it shows, and does not sound.
 */
export function useHelpSound(alarms: Readonly<Ref<Calling[]>>) {
  const quiet = ref(new Set<string>());
  const loud = computed(() =>
    alarms.value.some(
      ({ id, kind, answered }) => kind === "help" && !answered && !quiet.value.has(id),
    ),
  );
  const tones = new Tones();
  let ringing: ReturnType<typeof setInterval> | undefined;
  const ring = () => {
    if (loud.value) tones.open(() => tones.play(HELP));
  };
  onMounted(() => {
    ringing = setInterval(ring, AGAIN_MS);
  });
  onUnmounted(() => {
    clearInterval(ringing);
    tones.close();
  });
  return {
    quiet,
    hush: (id: string) => {
      quiet.value = new Set([...quiet.value, id]);
    },
  };
}
