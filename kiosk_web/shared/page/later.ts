import { type AsyncComponentLoader, defineAsyncComponent } from "vue";

/** Parts of a page that come after its first picture, and must come all the same. */

const AGAIN_MS = 3_000;

/** Loads until it has loaded: the line may be down just when a part is wanted. */
export async function surely(load: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await load();
      return;
    } catch {
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  }
}

/** A component of its own file, which is tried again when the line was down. */
export const laterPart = <Part extends AsyncComponentLoader>(loader: Part) =>
  defineAsyncComponent({
    loader,
    onError: (_, retry) => {
      setTimeout(retry, AGAIN_MS);
    },
  });
