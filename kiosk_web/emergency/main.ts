import { createApp } from "vue";
import "@shared/theme/base.css";
import "../doctor/doctor.css";
import EmergencyPage from "./EmergencyPage.vue";

createApp(EmergencyPage).mount("#app");
