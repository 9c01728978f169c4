import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { HemacastError } from "../core/errors.ts";
import { requireReplaceable, writeFileAtomically, writeFolderAtomically } from "./atomic-output.ts";

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "hemacast-output-"));
});

const isOurs = (name: string): boolean => name === "a.txt" || name === "b.txt";
const fill = (files: Record<string, string>) => async (folder: string) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
};

describe("a folder is written whole or not at all", () => {
  it("replaces an earlier result of ours", async () => {
    const out = join(base, "out");
    await writeFolderAtomically(out, isOurs, fill({ "a.txt": "1", "b.txt": "1" }));
    await writeFolderAtomically(out, isOurs, fill({ "a.txt": "2" }));
    expect(await readdir(out)).toEqual(["a.txt"]);
    expect(await readFile(join(out, "a.txt"), "utf8")).toBe("2");
    expect(await readdir(base)).toEqual(["out"]);
  });

  it("leaves nothing behind when filling fails, and keeps what was there", async () => {
    const out = join(base, "out");
    await writeFolderAtomically(out, isOurs, fill({ "a.txt": "old" }));
    const failing = async (folder: string): Promise<void> => {
      await writeFile(join(folder, "a.txt"), "half");
      throw new HemacastError("NON_FINITE", "risk is NaN");
    };
    await expect(writeFolderAtomically(out, isOurs, failing)).rejects.toMatchObject({ code: "NON_FINITE" });
    expect(await readFile(join(out, "a.txt"), "utf8")).toBe("old");
    expect(await readdir(base)).toEqual(["out"]);
  });

  it("refuses a folder that holds anything else, and touches nothing in it", async () => {
    await mkdir(join(base, "home"));
    await writeFile(join(base, "home", "thesis.docx"), "years of work");
    await expect(writeFolderAtomically(join(base, "home"), isOurs, fill({ "a.txt": "1" }))).rejects.toMatchObject({
      code: "OUTPUT_EXISTS",
    });
    expect(await readdir(join(base, "home"))).toEqual(["thesis.docx"]);
  });

  it("refuses a file in the place of the folder", async () => {
    await writeFile(join(base, "file"), "");
    await expect(writeFolderAtomically(join(base, "file"), isOurs, fill({}))).rejects.toMatchObject({
      code: "OUTPUT_EXISTS",
    });
  });

  it.skipIf(process.getuid?.() === 0)("says that a locked place cannot be written", async () => {
    await chmod(base, 0o500);
    await expect(writeFolderAtomically(join(base, "out"), isOurs, fill({}))).rejects.toMatchObject({
      code: "OUTPUT_NOT_WRITABLE",
    });
    await chmod(base, 0o700);
  });

  it("says that a place below a file cannot be written", async () => {
    await writeFile(join(base, "file"), "");
    await expect(writeFolderAtomically(join(base, "file", "out"), isOurs, fill({}))).rejects.toMatchObject({
      code: "OUTPUT_NOT_WRITABLE",
    });
    await expect(requireReplaceable(join(base, "file", "deep", "out"), isOurs)).rejects.toMatchObject({
      code: "OUTPUT_NOT_WRITABLE",
    });
    await expect(requireReplaceable(join(base, "new", "deep", "out"), isOurs)).resolves.toBeUndefined();
  });
});

it("writes a file whole, and leaves no part behind where it cannot", async () => {
  await writeFileAtomically(join(base, "x.json"), "{}");
  expect(await readFile(join(base, "x.json"), "utf8")).toBe("{}");
  await mkdir(join(base, "taken"));
  await expect(writeFileAtomically(join(base, "taken"), "{}")).rejects.toMatchObject({ code: "OUTPUT_NOT_WRITABLE" });
  expect((await readdir(base)).sort()).toEqual(["taken", "x.json"]);
});

it("passes a fault of the work on as it is, and leaves nothing", async () => {
  const base = await mkdtemp(join(tmpdir(), "hemacast-"));
  const work = writeFolderAtomically(
    join(base, "out"),
    () => true,
    async () => {
      throw new RangeError("no room");
    },
  );
  await expect(work).rejects.toThrow(RangeError);
  expect(await readdir(base)).toEqual([]);
});
