/** Plane geometry on pixel sets: distance, components, smoothing, hulls and outlines in one slice. Distances are in mm on anisotropic pixels. */

/** A grid of pixels: pixel (i, j) is at memory index `i + nx * j`. */
export interface Plane {
  readonly size: readonly [number, number];
  readonly spacingMm: readonly [number, number];
}

/** A point in a plane, in mm from the centre of pixel (0, 0). */
export type PlanePoint = readonly [number, number];

const FAR = 1e20;

/**
 * Distance in mm from each pixel of the set to the nearest pixel outside it (centre to centre); 0 outside.
 * What lies beyond the plane's border counts as inside: leave a margin.
 *
 * @param inside 1 in the set, length nx * ny
 * @see Felzenszwalb & Huttenlocher 2012, doi:10.4086/toc.2012.v008a019
 * @example [...depthMm({ size: [5, 1], spacingMm: [2, 2] }, Uint8Array.of(0, 1, 1, 1, 0))] // => [0, 2, 4, 2, 0]
 */
export function depthMm(plane: Plane, inside: Uint8Array): Float64Array {
  const [nx, ny] = plane.size;
  const squared = Float64Array.from(inside, (value) => (value ? FAR : 0));
  const line = new Float64Array(Math.max(nx, ny));
  for (let j = 0; j < ny; j++) lowerEnvelope(squared, j * nx, 1, nx, plane.spacingMm[0], line);
  for (let i = 0; i < nx; i++) lowerEnvelope(squared, i, nx, ny, plane.spacingMm[1], line);
  return squared.map(Math.sqrt);
}

/** One pass of the squared distance transform along a line of `n` values, in place. */
function lowerEnvelope(
  f: Float64Array,
  start: number,
  step: number,
  n: number,
  spacing: number,
  line: Float64Array,
): void {
  const at = (q: number): number => f[start + q * step] as number;
  const apex = new Int32Array(n);
  const from = new Float64Array(n + 1);
  let count = 0;
  for (let q = 0; q < n; q++) {
    if (at(q) >= FAR) continue;
    while (count > 0) {
      const p = apex[count - 1] as number;
      const crossing = (at(q) - at(p) + spacing * spacing * (q * q - p * p)) / (2 * spacing * spacing * (q - p));
      if (crossing > (from[count - 1] as number)) {
        from[count] = crossing;
        break;
      }
      count--;
    }
    if (count === 0) from[0] = Number.NEGATIVE_INFINITY;
    apex[count++] = q;
  }
  if (count === 0) return;
  let parabola = 0;
  for (let q = 0; q < n; q++) {
    while (parabola < count - 1 && (from[parabola + 1] as number) < q) parabola++;
    const p = apex[parabola] as number;
    line[q] = at(p) + ((q - p) * spacing) ** 2;
  }
  for (let q = 0; q < n; q++) f[start + q * step] = line[q] as number;
}

/** Connected parts of a pixel set. */
export interface Parts {
  /** 0 outside, else the part's number from 1; length nx * ny. */
  readonly labels: Int32Array;
  /** Number of pixels of each part; entry 0 is part 1. */
  readonly sizes: readonly number[];
}

/**
 * Connected parts; pixels that share an edge (or, with 8 neighbours, a corner) belong together.
 *
 * @example partsOf({ size: [3, 1], spacingMm: [1, 1] }, Uint8Array.of(1, 0, 1), 4).sizes // => [1, 1]
 */
export function partsOf(plane: Plane, inside: Uint8Array, neighbours: 4 | 8): Parts {
  const [nx, ny] = plane.size;
  const labels = new Int32Array(inside.length);
  const sizes: number[] = [];
  const queue = new Int32Array(inside.length);
  for (let seed = 0; seed < inside.length; seed++) {
    if (!inside[seed] || labels[seed]) continue;
    const label = sizes.length + 1;
    let end = 0;
    queue[end++] = seed;
    labels[seed] = label;
    for (let head = 0; head < end; head++) {
      const pixel = queue[head] as number;
      const i = pixel % nx;
      const j = (pixel - i) / nx;
      for (let b = Math.max(j - 1, 0); b <= Math.min(j + 1, ny - 1); b++) {
        for (let a = Math.max(i - 1, 0); a <= Math.min(i + 1, nx - 1); a++) {
          if (neighbours === 4 && a !== i && b !== j) continue;
          const next = a + nx * b;
          if (!inside[next] || labels[next]) continue;
          labels[next] = label;
          queue[end++] = next;
        }
      }
    }
    sizes.push(end);
  }
  return { labels, sizes };
}

/**
 * The set with its holes filled: pixels that cannot reach the plane's border become part of it.
 *
 * @example [...filled({ size: [3, 3], spacingMm: [1, 1] }, Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1, 1))] // => [1, 1, 1, 1, 1, 1, 1, 1, 1]
 */
export function filled(plane: Plane, inside: Uint8Array): Uint8Array {
  const [nx, ny] = plane.size;
  const { labels } = partsOf(
    plane,
    inside.map((value) => 1 - value),
    4,
  );
  const reachable = new Set<number>();
  for (let i = 0; i < nx; i++) reachable.add(labels[i] as number).add(labels[i + nx * (ny - 1)] as number);
  for (let j = 0; j < ny; j++) reachable.add(labels[nx * j] as number).add(labels[nx * j + nx - 1] as number);
  return inside.map((value, pixel) => (value || !reachable.has(labels[pixel] as number) ? 1 : 0));
}

/**
 * Gaussian mean of the values inside a set: pixels outside carry no weight, so that an edge is not blurred into its surroundings. 0 outside.
 *
 * @param sigmaMm standard deviation of the kernel in mm, cut at 3 sigma
 * @example [...smoothInside({ size: [3, 1], spacingMm: [1, 1] }, Float32Array.of(5, 5, 99), Uint8Array.of(1, 1, 0), 1)] // => [5, 5, 0]
 */
export function smoothInside(plane: Plane, values: Float32Array, inside: Uint8Array, sigmaMm: number): Float32Array {
  const weighted = Float64Array.from(values, (value, pixel) => (inside[pixel] ? value : 0));
  const weights = Float64Array.from(inside);
  for (const array of [weighted, weights]) {
    blurAxis(array, plane, 0, sigmaMm);
    blurAxis(array, plane, 1, sigmaMm);
  }
  return Float32Array.from(values, (_, pixel) =>
    inside[pixel] ? (weighted[pixel] as number) / (weights[pixel] as number) : 0,
  );
}

function blurAxis(array: Float64Array, plane: Plane, axis: 0 | 1, sigmaMm: number): void {
  const [nx, ny] = plane.size;
  const sigma = sigmaMm / plane.spacingMm[axis];
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: reach + 1 }, (_, d) => Math.exp(-0.5 * (d / sigma) ** 2));
  const [n, step, lines, stride] = axis === 0 ? [nx, 1, ny, nx] : [ny, nx, nx, 1];
  const source = new Float64Array(n);
  for (let line = 0; line < lines; line++) {
    for (let q = 0; q < n; q++) source[q] = array[line * stride + q * step] as number;
    for (let q = 0; q < n; q++) {
      let sum = 0;
      for (let p = Math.max(q - reach, 0); p <= Math.min(q + reach, n - 1); p++) {
        sum += (source[p] as number) * (kernel[Math.abs(p - q)] as number);
      }
      array[line * stride + q * step] = sum;
    }
  }
}

/**
 * Corners of the convex hull of points, counter-clockwise (monotone chain).
 *
 * @example convexHull([[0, 0], [2, 0], [1, 1], [2, 2], [0, 2]]) // => [[0, 0], [2, 0], [2, 2], [0, 2]]
 */
export function convexHull(points: readonly PlanePoint[]): PlanePoint[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (sorted.length < 3) return sorted;
  const half = (ordered: readonly PlanePoint[]): PlanePoint[] => {
    const chain: PlanePoint[] = [];
    for (const point of ordered) {
      while (
        chain.length >= 2 &&
        turn(chain[chain.length - 2] as PlanePoint, chain[chain.length - 1] as PlanePoint, point) <= 0
      ) {
        chain.pop();
      }
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** Twice the signed area of a triangle; positive for a left turn. */
function turn(a: PlanePoint, b: PlanePoint, c: PlanePoint): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/**
 * Area of a simple polygon.
 *
 * @example polygonArea([[0, 0], [2, 0], [2, 2], [0, 2]]) // => 4
 */
export function polygonArea(corners: readonly PlanePoint[]): number {
  let twice = 0;
  corners.forEach((a, n) => {
    const b = corners[(n + 1) % corners.length] as PlanePoint;
    twice += a[0] * b[1] - b[0] * a[1];
  });
  return Math.abs(twice) / 2;
}

/** Whether a point is inside or on the border of a convex counter-clockwise polygon. */
export function inConvexPolygon(corners: readonly PlanePoint[], point: PlanePoint): boolean {
  return corners.every((a, n) => turn(a, corners[(n + 1) % corners.length] as PlanePoint, point) >= -1e-9);
}

/**
 * The closed outer border of the largest part of a set, as pixel corners in pixel coordinates; empty for an empty set.
 *
 * @example outlineOf({ size: [3, 3], spacingMm: [1, 1] }, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0)).length // => 4
 */
export function outlineOf(plane: Plane, inside: Uint8Array): PlanePoint[] {
  const { labels, sizes } = partsOf(plane, inside, 4);
  if (sizes.length === 0) return [];
  const label = sizes.indexOf(Math.max(...sizes)) + 1;
  const [nx, ny] = plane.size;
  const has = (i: number, j: number): boolean => i >= 0 && j >= 0 && i < nx && j < ny && labels[i + nx * j] === label;
  const start = labels.indexOf(label);
  const i0 = start % nx;
  const j0 = (start - i0) / nx;
  // Walk along pixel edges with the set on the right hand, from the top left corner of its first pixel.
  const corners: PlanePoint[] = [[i0 - 0.5, j0 - 0.5]];
  let [x, y, dx, dy] = [i0, j0, 1, 0];
  do {
    const straight = has(...pixelAhead(x, y, dx, dy, "right"));
    const left = has(...pixelAhead(x, y, dx, dy, "left"));
    if (straight && !left) {
      [x, y] = [x + dx, y + dy];
      continue;
    }
    corners.push([x - 0.5, y - 0.5]);
    [dx, dy] = straight ? [dy, -dx] : [-dy, dx];
    [x, y] = [x + dx, y + dy];
  } while (x !== i0 || y !== j0);
  return corners;
}

/** The pixel ahead of a lattice corner, on one side of the direction of travel. */
function pixelAhead(x: number, y: number, dx: number, dy: number, side: "left" | "right"): [number, number] {
  const sign = side === "right" ? 1 : -1;
  const cx = x + dx / 2 - (sign * dy) / 2;
  const cy = y + dy / 2 + (sign * dx) / 2;
  return [Math.floor(cx), Math.floor(cy)];
}
