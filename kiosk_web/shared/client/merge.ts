import type { Json, JsonObject } from "./frames";

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Apply an RFC 7386 merge patch. What the patch does not touch keeps its identity, so
 * that a page draws anew only the rows that changed; nothing given is changed in place.
 */
export function merge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    // defineProperty: a key may be "__proto__", which a plain assignment would lose
    else
      Object.defineProperty(merged, key, {
        value: merge(Object.hasOwn(merged, key) ? merged[key] : undefined, value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return merged;
}
