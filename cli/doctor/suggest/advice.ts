/** What a user can apply to give connections another idle timeout. Nothing here is ever applied by the doctor. */
export interface Advice {
  /** The idle timeout that is wanted, in ms; 0 is never. */
  idleTimeoutMs: number;
  /** A proxy each whose timeout has to change, in the order of the way; all of them are needed. */
  proxies: ProxyAdvice[];
  /** Why there is nothing to apply; absent where there is. */
  nothing?: string;
  /** What else ends connections earlier, or could not be told. */
  notes: string[];
}

/** Ways to change the timeout of one proxy. */
export interface ProxyAdvice {
  /** `sidecar of pod shop/web-0`. */
  proxy: string;
  /** By preference, the best one first; one of them is enough. */
  choices: Choice[];
  /** Means that would do nothing here, or harm, each with the reason. */
  unfit: string[];
}

export type Means = "EnvoyFilter" | "DestinationRule" | "annotation";

export interface Choice {
  means: Means;
  /** From which release it works, what it reaches and what it costs: one sentence. */
  about: string;
  /** Whole objects, for `kubectl apply`. */
  objects: Manifest[];
  /** For `kubectl patch`: a part of an object, which `kubectl apply` would take for the whole. */
  patch?: WorkloadPatch;
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: object;
}

export interface WorkloadPatch {
  kind: string;
  namespace: string;
  name: string;
  /** A merge patch. */
  patch: object;
  /** The same for a POSIX shell. */
  command: string;
}
