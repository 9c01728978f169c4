/** Connected components of a mask, by runs along the rows and union-find: time and memory grow with the number of runs, not of pairs. */
import { voxelMl } from "./geometry.ts";
import type { Mask } from "./volume.ts";

/** Which voxels touch: 4 or 8 within a slice (slices stay apart), 6, 18 or 26 in the volume. */
export type Neighbourhood = 4 | 8 | 6 | 18 | 26;

/** One connected region. */
export interface Component {
  /** Its value in the label image, from 1, in the order of the first voxels. */
  readonly label: number;
  readonly voxels: number;
  /** Volume in mL, each slice counted with its own extent. */
  readonly ml: number;
}

/** The regions of a mask. */
export interface Components {
  /** 0 outside, else the label, for each voxel. */
  readonly labels: Int32Array;
  readonly components: readonly Component[];
}

/** Earlier rows that can hold a neighbour: [step in j, step in k, how far along i two runs may be apart and still touch]. */
const earlierRows: Record<Neighbourhood, readonly (readonly [number, number, number])[]> = {
  4: [[-1, 0, 0]],
  8: [[-1, 0, 1]],
  6: [
    [-1, 0, 0],
    [0, -1, 0],
  ],
  18: [
    [-1, 0, 1],
    [-1, -1, 0],
    [0, -1, 1],
    [1, -1, 0],
  ],
  26: [
    [-1, 0, 1],
    [-1, -1, 1],
    [0, -1, 1],
    [1, -1, 1],
  ],
};

/**
 * Labels the connected regions of a mask.
 *
 * @see Rosenfeld & Pfaltz 1966, doi:10.1145/321356.321357
 * @example connectedComponents(createMask({ size: [3, 1, 1], spacing: [10, 10, 10], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, Uint8Array.of(1, 0, 1)), 6).components // => [{ label: 1, voxels: 1, ml: 1 }, { label: 2, voxels: 1, ml: 1 }]
 */
export function connectedComponents(mask: Mask, neighbourhood: Neighbourhood): Components {
  const runs = findRuns(mask);
  const parent = Int32Array.from({ length: runs.count }, (_, run) => run);
  const [, ny, nz] = mask.geometry.size;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (const [dj, dk, reach] of earlierRows[neighbourhood]) {
        if (j + dj >= 0 && j + dj < ny && k + dk >= 0) {
          joinRows(runs, parent, j + ny * k, j + dj + ny * (k + dk), reach);
        }
      }
    }
  }
  return paint(mask, runs, parent);
}

/** Runs of inside voxels: run r covers columns start[r] to end[r] (exclusive) of its row; row's runs are rowStart[row] to rowStart[row + 1]. */
interface Runs {
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly rowStart: Int32Array;
}

function findRuns({ geometry, inside }: Mask): Runs {
  const [nx, ny, nz] = geometry.size;
  const rowStart = new Int32Array(ny * nz + 1);
  let start = new Int32Array(1024);
  let end = new Int32Array(1024);
  let count = 0;
  let row = 0;
  // Most rows of a mask are empty: the next voxel inside is found faster than they are looked through.
  for (let first = inside.indexOf(1); first >= 0; first = inside.indexOf(1, row * nx)) {
    const reached = Math.floor(first / nx);
    rowStart.fill(count, row, reached + 1);
    row = reached + 1;
    const base = reached * nx;
    for (let i = first - base; i < nx; i++) {
      if (!inside[base + i]) continue;
      if (count === start.length) [start, end] = [doubled(start), doubled(end)];
      start[count] = i;
      while (i < nx && inside[base + i]) i++;
      end[count++] = i;
    }
  }
  rowStart.fill(count, row);
  return { count, start, end, rowStart };
}

function doubled(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 * values.length);
  more.set(values);
  return more;
}

/** Unites the runs of two rows that overlap, or are no more than `reach` voxels off diagonally. */
function joinRows(runs: Runs, parent: Int32Array, rowA: number, rowB: number, reach: number): void {
  const { start, end, rowStart } = runs;
  let a = rowStart[rowA];
  let b = rowStart[rowB];
  while (a < rowStart[rowA + 1] && b < rowStart[rowB + 1]) {
    if (start[a] < end[b] + reach && start[b] < end[a] + reach) unite(parent, a, b);
    if (end[a] < end[b]) a++;
    else b++;
  }
}

function rootOf(parent: Int32Array, run: number): number {
  let root = run;
  while (parent[root] !== root) {
    parent[root] = parent[parent[root]];
    root = parent[root];
  }
  return root;
}

/** The earlier run becomes the root, so that labels follow the order of the first voxels. */
function unite(parent: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parent, a);
  const rootB = rootOf(parent, b);
  if (rootA < rootB) parent[rootB] = rootA;
  else parent[rootA] = rootB;
}

function paint({ geometry, inside }: Mask, runs: Runs, parent: Int32Array): Components {
  const [nx, ny, nz] = geometry.size;
  const labels = new Int32Array(inside.length);
  const labelOfRoot = new Int32Array(runs.count);
  const voxels: number[] = [];
  const ml: number[] = [];
  for (let row = 0; row < ny * nz; row++) {
    const oneMl = voxelMl(geometry, Math.floor(row / ny));
    for (let run = runs.rowStart[row]; run < runs.rowStart[row + 1]; run++) {
      const root = rootOf(parent, run);
      if (labelOfRoot[root] === 0) {
        labelOfRoot[root] = voxels.push(0);
        ml.push(0);
      }
      const label = labelOfRoot[root];
      labels.fill(label, row * nx + runs.start[run], row * nx + runs.end[run]);
      voxels[label - 1] += runs.end[run] - runs.start[run];
      ml[label - 1] += (runs.end[run] - runs.start[run]) * oneMl;
    }
  }
  return { labels, components: voxels.map((n, index) => ({ label: index + 1, voxels: n, ml: ml[index] })) };
}

/** The mask of the components that fulfil the condition. */
export function maskOfComponents(
  mask: Mask,
  { labels, components }: Components,
  keep: (component: Component) => boolean,
): Mask {
  const kept = new Uint8Array(components.length + 1);
  for (const component of components) if (keep(component)) kept[component.label] = 1;
  const inside = new Uint8Array(labels.length);
  for (let v = 0; v < labels.length; v++) inside[v] = kept[labels[v]];
  return { geometry: mask.geometry, inside };
}

/** The mask of the component with the most mL (the first one among equals); empty when the mask is. */
export function largestComponent(mask: Mask, neighbourhood: Neighbourhood): Mask {
  const found = connectedComponents(mask, neighbourhood);
  const largest = found.components.reduce<Component | null>((best, c) => (best && best.ml >= c.ml ? best : c), null);
  return maskOfComponents(mask, found, (component) => component === largest);
}
