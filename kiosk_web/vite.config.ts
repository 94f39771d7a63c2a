import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/",
  plugins: [vue()],
  resolve: {
    alias: {
      "@shared": here("shared"),
      // the wall's page lives with the boards it shows, on the same shared client
      "@screen": here("../queue_displays/web"),
    },
    // one Vue for all, also for the files outside this folder
    dedupe: ["vue"],
  },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    target: ["chrome87", "firefox90", "safari15"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: Object.fromEntries(
        ["home", "kiosk", "doctor", "triage", "emergency", "setup", "operations"].map((page) => [
          page,
          here(`${page}/index.html`),
        ]),
      ),
    },
  },
  test: {
    include: ["{shared,kiosk,doctor,triage,setup,operations}/**/*.test.ts", "../queue_displays/web/*.test.ts"],
    environment: "node",
  },
});
