import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanned } from "./pages";
import { readZone, ZoneLines } from "./zone";

// ICAO 9303, part 4: the specimen of Utopia
const FIRST = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
const SECOND = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

describe("the lines of a passport", () => {
  test("say whose it is, given names first", () => {
    const read = { value: FIRST + SECOND, kind: "passport", name: "Anna Maria Eriksson", sex: "2" };
    expect(readZone(`${FIRST}\n${SECOND}`)).toEqual(read);
    expect(scanned(FIRST + SECOND, ["travel_document"])).toEqual(read);
    expect(readZone("66010012")).toBeUndefined();
  });

  test("come together when they are typed one after the other", () => {
    const lines = new ZoneLines();
    expect(lines.add(FIRST, 0)).toBeUndefined();
    expect(lines.add(SECOND, 300)).toBe(FIRST + SECOND);
    expect(lines.add("66010012", 400)).toBe("66010012");
    expect(lines.add(FIRST, 500)).toBeUndefined();
    // the rest of it never came: the next one's card is theirs alone
    expect(lines.add("66010012", 5000)).toBe("66010012");
    expect(lines.add(FIRST, 9000)).toBeUndefined();
    expect(lines.add(SECOND, 20_000)).toBe(SECOND);
  });

  test("any text is a zone or none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readZone(text)?.value.length ?? 88).toBeOneOf([88, 90]);
      }),
    );
  });
});
