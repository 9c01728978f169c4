/** What runs a model: one interface, with ONNX Runtime native or in WebAssembly behind it. */
import { HemacastError, messageOf } from "../../core/errors.ts";
import { requireWhole } from "../../core/guards.ts";
import type { Shape, Tensor } from "../tensor.ts";

/** Where the arithmetic is done. Only `cpu` is tested; the others are handed to ONNX Runtime as they are. */
export type ExecutionProvider = "cpu" | "cuda" | "dml" | "coreml" | "webgpu";

/** How to run a model. */
export interface SessionOptions {
  /** `node` is the native library, `web` its WebAssembly build, far slower but the same everywhere. @default "node" */
  readonly runtime?: "node" | "web";
  /** @default 1: the caller decides how to share the machine */
  readonly threads?: number;
  /** @default "cpu" */
  readonly provider?: ExecutionProvider;
}

/** A loaded model. It owns memory outside the garbage collector: release it when done. */
export interface Session {
  /** Shape of each input by name. */
  readonly inputs: ReadonlyMap<string, Shape>;
  /** Shape of each output by name. */
  readonly outputs: ReadonlyMap<string, Shape>;
  /**
   * Runs the model.
   *
   * @param feeds a tensor for every input
   * @returns a tensor for every output
   * @throws HemacastError ARGUMENT_INVALID when an input is missing, unknown or of another shape
   */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** The part of ONNX Runtime's programming interface that is used here; both builds have it. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<RuntimeSession> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => RuntimeTensor;
}

interface RuntimeTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
  dispose(): void;
}

interface RuntimeSession {
  readonly inputMetadata: readonly { name: string; shape?: readonly (number | string)[] }[];
  readonly outputMetadata: readonly { name: string; shape?: readonly (number | string)[] }[];
  run(feeds: Record<string, RuntimeTensor>): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

/**
 * Loads a model with the runtime of choice.
 *
 * @param model the bytes of an ONNX model
 * @throws HemacastError DEPENDENCY_MISSING when the runtime is not installed, with the line to run; BUNDLE_INVALID when it refuses the model
 */
export async function openSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const { runtime = "node", threads = 1, provider = "cpu" } = options;
  requireWhole("threads", threads, 1);
  const ort = runtime === "node" ? await nativeRuntime() : await webRuntime(threads);
  const settings = {
    executionProviders: [runtime === "web" && provider === "cpu" ? "wasm" : provider],
    graphOptimizationLevel: "all",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // Threads that spin while they wait make a shared machine slower for everybody, themselves included.
    extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
  };
  const session = await ort.InferenceSession.create(model, settings).catch((cause) => {
    throw new HemacastError("BUNDLE_INVALID", `ONNX Runtime refused the model: ${messageOf(cause)}`, { cause });
  });
  return wrapped(ort, session);
}

async function nativeRuntime(): Promise<OnnxRuntime> {
  return loadRuntime(() => import("onnxruntime-node"), "onnxruntime-node", " --onnxruntime-node-install=skip");
}

async function webRuntime(threads: number): Promise<OnnxRuntime> {
  const ort = await loadRuntime(() => import("onnxruntime-web"), "onnxruntime-web", "");
  // A setting of the whole module; it counts when the first session starts.
  (ort as OnnxRuntime & { env: { wasm: { numThreads: number } } }).env.wasm.numThreads = threads;
  return ort;
}

/**
 * Loads a runtime, or says which line installs it.
 *
 * @throws HemacastError DEPENDENCY_MISSING
 */
export async function loadRuntime(load: () => Promise<unknown>, name: string, flags: string): Promise<OnnxRuntime> {
  const found = await load().catch((cause) => {
    const other =
      name === "onnxruntime-node"
        ? `; on a machine without a native build use runtime "web" (npm install onnxruntime-web)`
        : "";
    throw new HemacastError(
      "DEPENDENCY_MISSING",
      `${name} is not installed or has no binary for this machine; run: npm install ${name}${flags}${other}`,
      {
        cause,
      },
    );
  });
  const loaded = found as { default?: OnnxRuntime } & OnnxRuntime;
  return loaded.InferenceSession ? loaded : (loaded.default as OnnxRuntime);
}

function wrapped(ort: OnnxRuntime, session: RuntimeSession): Session {
  const inputs = shapesByName(session.inputMetadata);
  const outputs = shapesByName(session.outputMetadata);
  return {
    inputs,
    outputs,
    async run(feeds) {
      requireFeeds(inputs, feeds);
      const given = Object.entries(feeds).map(([name, tensor]) => {
        return [name, new ort.Tensor("float32", tensor.data, tensor.shape)] as const;
      });
      const results = await session.run(Object.fromEntries(given));
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => {
          return [name, { shape: [...tensor.dims], data: tensor.data as Float32Array }];
        }),
      );
    },
    release: () => session.release(),
  };
}

function shapesByName(metadata: RuntimeSession["inputMetadata"]): Map<string, Shape> {
  return new Map(metadata.map(({ name, shape = [] }) => [name, shape.map(Number)]));
}

function requireFeeds(inputs: ReadonlyMap<string, Shape>, feeds: Readonly<Record<string, Tensor>>): void {
  const unknown = Object.keys(feeds).filter((name) => !inputs.has(name));
  const missing = [...inputs.keys()].filter((name) => !(name in feeds));
  if (unknown.length > 0 || missing.length > 0) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `inputs missing: [${missing.join(", ")}], unknown: [${unknown.join(", ")}]`,
    );
  }
  for (const [name, shape] of inputs) {
    const found = (feeds[name] as Tensor).shape;
    const fits = found.length === shape.length && shape.every((size, i) => Number.isNaN(size) || size === found[i]);
    if (!fits) throw new HemacastError("ARGUMENT_INVALID", `input ${name} must be [${shape}], got [${found}]`);
  }
}
