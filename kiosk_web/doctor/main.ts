import "@shared/theme/base.css";
import "./doctor.css";
import { createApp } from "vue";
import App from "./App.vue";

createApp(App).mount("#app");
