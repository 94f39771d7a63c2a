import { createApp } from "vue";
import "@shared/theme/base.css";
import "../doctor/doctor.css";
import "../setup/setup.css";
import "./operations.css";
import App from "./App.vue";

createApp(App).mount("#app");
