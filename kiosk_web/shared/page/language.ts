import { ref, watch } from "vue";

/** The language of a desk: Chinese, or English for who reads that better. */

const KEPT = "houzhen.language";
const storage = typeof localStorage === "undefined" ? undefined : localStorage;

export const english = ref(storage?.getItem(KEPT) === "en");

watch(
  english,
  (on) => {
    storage?.setItem(KEPT, on ? "en" : "zh");
    if (typeof document !== "undefined") document.documentElement.lang = on ? "en" : "zh-CN";
  },
  { immediate: true },
);

/** What stands in the chosen language; a template that calls it follows the choice. */
export const tell = (chinese: string, inEnglish: string): string =>
  english.value ? inEnglish : chinese;
