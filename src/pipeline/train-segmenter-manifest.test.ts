import { expect, it } from "vitest";
import { parseTrainingManifest, readTrainingManifest } from "./train-segmenter-manifest.ts";

const rows = (...lines: string[]): string => ["participantId,image,label,source,role", ...lines].join("\n");

it("reads lines with paths relative to the manifest", () => {
  const cases = parseTrainingManifest(rows("a,a.nii,a-label.nii,ours,train", "b,b.nii,b-label.nii,,tune"), "/data", 1);
  expect(cases[0]).toEqual({
    ...{ participantId: "a", image: "/data/a.nii", label: "/data/a-label.nii", source: "ours", role: "train" },
  });
  expect(cases[1].source).toBe("cases");
});

it("sets participants aside for tuning when there are no roles, whole and by the seed", () => {
  const text = [
    "participantId,image,label",
    ...Array.from({ length: 20 }, (_, n) => `p${n % 10},i${n}.nii,l${n}.nii`),
  ].join("\n");
  const roles = (seed: number) => parseTrainingManifest(text, "/", seed).map(({ role }) => role);
  expect(roles(1).filter((role) => role === "tune")).toHaveLength(4);
  expect(roles(1).slice(0, 10)).toEqual(roles(1).slice(10));
  expect(roles(1)).toEqual(roles(1));
  expect([2, 3, 4].some((seed) => roles(seed).join() !== roles(1).join())).toBe(true);
});

it("refuses a participant with two roles, unknown columns, missing cells and a set without tuning cases", async () => {
  expect(() => parseTrainingManifest(rows("a,1.nii,1l.nii,s,train", "a,2.nii,2l.nii,s,tune"), "/", 1)).toThrowCode(
    "SPLIT_LEAKS",
  );
  expect(() => parseTrainingManifest("participantId,image,label,sex\na,1,2,f", "/", 1)).toThrowCode("MANIFEST_INVALID");
  expect(() => parseTrainingManifest(rows("a,1.nii,,s,train"), "/", 1)).toThrowCode("MANIFEST_INVALID");
  expect(() => parseTrainingManifest(rows("a,1.nii,2.nii,s,validate"), "/", 1)).toThrowCode("MANIFEST_INVALID");
  expect(() => parseTrainingManifest(rows("a,1.nii,1l.nii,s,train"), "/", 1)).toThrowCode("MANIFEST_INVALID");
  expect(() => parseTrainingManifest(rows("a,1.nii,1l.nii,s,train", "b,2.nii,2l.nii,s,"), "/", 1)).toThrowCode(
    "MANIFEST_INVALID",
  );
  await expect(readTrainingManifest("/no/such/manifest.csv", 1)).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
});
