import { expect, it } from "vitest";
import { sourceFiles } from "./source-files.ts";

/** The architecture: who may import whom. Change it in a commit of its own, together with ARCHITECTURE.md. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  math: ["core"],
  volume: ["core", "math"],
  dicom: ["core", "math", "volume"],
  nifti: ["core", "math", "volume"],
  nrrd: ["core", "math", "volume"],
  radiomics: ["core", "math", "volume"],
  evaluation: ["core", "math", "volume"],
  cohort: ["core", "math", "volume"],
  nn: ["core", "math"],
  segmentation: ["core", "math", "volume", "nn", "cohort"],
  markers: ["core", "math", "volume", "radiomics"],
  simulation: ["core", "math", "volume"],
  expansion: ["core", "math", "volume", "nn", "cohort", "radiomics", "markers"],
  report: ["core", "math", "volume", "dicom", "evaluation", "expansion"],
  pipeline: [
    ...["core", "math", "volume", "dicom", "nifti", "nrrd", "radiomics", "evaluation", "cohort", "nn"],
    ...["segmentation", "markers", "simulation", "expansion", "report"],
  ],
  pacs: ["core", "dicom"],
  jobs: ["core", "pipeline"],
  service: ["core", "report", "pipeline", "pacs", "jobs"],
};

/** Folders, and single files, that may touch the machine. */
const atTheEdge = ["pipeline", "pacs", "jobs", "service", "cli"];
const sessionFiles = /^nn\/session\//;

const files = sourceFiles();

it("every folder is in the table", () => {
  const known = new Set([...Object.keys(mayImport), "cli", "(root)"]);
  expect(files.filter((file) => !known.has(file.folder)).map((file) => file.path)).toEqual([]);
});

it("imports follow the table", () => {
  const wrong = files
    .filter((file) => file.folder !== "cli" && file.folder !== "(root)")
    .flatMap((file) =>
      file.locals
        .map((target) => target.split("/")[0] as string)
        .filter((target) => target !== file.folder && !mayImport[file.folder]?.includes(target))
        .map((target) => `${file.path} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});

it("only the edge touches node: modules", () => {
  const wrong = files
    .filter((file) => !atTheEdge.includes(file.folder) && !sessionFiles.test(file.path))
    .filter((file) => file.packages.some((name) => name.startsWith("node:") || name === "onnxruntime-node"));
  expect(wrong.map((file) => file.path)).toEqual([]);
});

it("there are no import cycles", () => {
  const imports = new Map(files.map((file) => [file.path, file.locals]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    expect(trail, `cycle: ${[...trail, path].join(" -> ")}`).not.toContain(path);
    if (done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const file of files) visit(file.path, []);
  expect(done.size).toBe(files.length);
});

it("a file fits in a head: at most 400 lines", () => {
  const long = sourceFiles({ tests: true })
    .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
    .filter((file) => file.lines > 400);
  expect(long).toEqual([]);
});

it("no folder or file is called utils, helpers, common or types", () => {
  const grabBags = files.filter((file) =>
    /(^|\/)(utils?|helpers?|common|misc|types|manager|handler)(\/|\.ts$)/.test(file.path),
  );
  expect(grabBags.map((file) => file.path)).toEqual([]);
});
