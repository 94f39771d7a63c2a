import type { Vitals } from "@shared/desk/view";
import { tell } from "@shared/page/language";

/** What the nurse measured, as it is read out. */
export function vitalsOf(vitals: Vitals | undefined): { word: string; value: string }[] {
  if (vitals === undefined) return [];
  const found: { word: string; value: string }[] = [];
  const add = (word: string, value: string | number | undefined, unit = "") => {
    if (value !== undefined) found.push({ word, value: `${value}${unit}` });
  };
  const { systolic, diastolic } = vitals;
  if (systolic !== undefined || diastolic !== undefined)
    add(tell("血压", "Pressure"), `${systolic ?? "–"}/${diastolic ?? "–"}`);
  add(tell("体温", "Temp."), vitals.temperature, "℃");
  add(tell("脉搏", "Pulse"), vitals.pulse);
  add(tell("呼吸", "Breaths"), vitals.breaths);
  add(tell("血氧", "Oxygen"), vitals.oxygen, "%");
  add(tell("血糖", "Glucose"), vitals.glucose);
  add(tell("疼痛", "Pain"), vitals.pain);
  add(tell("体重", "Weight"), vitals.weight, "kg");
  add(tell("身高", "Height"), vitals.height, "cm");
  return found;
}
