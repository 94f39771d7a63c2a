import { type Place } from "@shared/page/place";
import { staffSession } from "@shared/page/session";

/** The other clinics of whoever sits here: watched from this board, and worked in. */
export const watchedFrom = ({ clinic }: Place): string[] =>
  (staffSession(0)?.places ?? []).filter(
    (each) => each !== "*" && !each.includes("/") && each !== clinic,
  );
