/** Shared with the doctor's desk. */
export * from "@shared/desk/words";
