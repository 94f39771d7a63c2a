import { fileURLToPath } from "node:url";
import legacy from "@vitejs/plugin-legacy";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

/**
 * The wall's page is a build of its own, beside the others': boxes behind displays run
 * browsers that nobody updates, from Chromium 69 on, and only this page bears with them.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The old browsers' bundle for all of them: what a box from 2018 runs is what every test
 * runs. Beside it only the style sheet is taken from the build for modern ones, for the
 * page's policy forbids styles that a script writes.
 */
function oneBundle(): Plugin {
  return {
    name: "one-bundle",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler: (html) =>
        html
          .replace(/\s*<script type="module"[^>]*>.*?<\/script>/gs, "")
          .replace(/\s*<script nomodule>.*?<\/script>/gs, "")
          .replace(/<script nomodule /g, "<script "),
    },
    generateBundle(_, bundle) {
      for (const [name, file] of Object.entries(bundle))
        if (file.type === "chunk" && !name.includes("-legacy")) delete bundle[name];
    },
  };
}

export default defineConfig({
  root: here("."),
  base: "/",
  plugins: [
    vue(),
    legacy({
      targets: ["chrome >= 69"],
      // Vue itself needs nothing more on browsers of today
      modernPolyfills: false,
    }),
    oneBundle(),
  ],
  resolve: {
    alias: { "@shared": here("shared"), "@screen": here("../queue_displays/web") },
    dedupe: ["vue"],
  },
  build: {
    outDir: here("dist"),
    // the other pages were built before
    emptyOutDir: false,
    cssTarget: "chrome69",
    // else the old bundle would write its styles by script
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { screen: here("screen/index.html") },
      // to bring a bundle down to old browsers takes its seconds
      checks: { pluginTimings: false },
    },
  },
});
