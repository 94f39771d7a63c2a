import type { JsonObject } from "@shared/client/frames";

/** Ask the floor something; the words are said when it is done, else why it is not. */
export type AskFloor = (name: string, body: JsonObject, words: string) => Promise<boolean>;
