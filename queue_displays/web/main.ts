import "@shared/theme/base.css";
import "./screen.css";
import { createApp } from "vue";
import App from "./App.vue";

createApp(App).mount("#app");
