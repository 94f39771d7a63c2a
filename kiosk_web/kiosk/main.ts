import "@shared/theme/base.css";
import "./kiosk.css";
import { createApp } from "vue";
import App from "./App.vue";
import { layCable, onTheBench } from "./bench/cable";

if (onTheBench()) layCable();
createApp(App).mount("#app");
