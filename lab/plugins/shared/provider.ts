import type { PropertyChange } from "./diff.ts";
import type { PropertyMap } from "./value.ts";

/** What a plugin offers; the gRPC service around it is the same for all of them. */
export interface Provider {
  /** Package name, as in `pulumi plugin ls`. */
  readonly name: string;
  /** Refuses configuration that would otherwise be ignored. */
  checkConfig(config: PropertyMap): CheckFailure[];
  /** The changed configuration keys for which everything has to be created anew. */
  diffConfig?(olds: PropertyMap, news: PropertyMap): Promise<string[]>;
  /** @param config values by key without the package's prefix; everything but strings as JSON */
  configure(config: Readonly<Record<string, string>>): Promise<void>;
  /** The resource type of a token such as `command:local:Command`; undefined for one not offered. */
  resourceType(token: string): ResourceType | undefined;
  /** The function of a token such as `command:local:run`; undefined for one not offered. */
  functionOf?(token: string): ProviderFunction | undefined;
}

/** The life of one type of resource. Properties carry secrets and, in previews, unknowns. */
export interface ResourceType {
  check(request: CheckRequest): Promise<CheckResult> | CheckResult;
  diff(request: DiffRequest): Promise<Diff> | Diff;
  create(request: CreateRequest, operation: Operation): Promise<Created>;
  /** @returns undefined if the object is gone */
  read(request: ReadRequest, operation: Operation): Promise<ReadState | undefined>;
  /** @returns the outputs */
  update(request: UpdateRequest, operation: Operation): Promise<PropertyMap>;
  delete(request: DeleteRequest, operation: Operation): Promise<void>;
}

/** A function that programs call; it belongs to no resource. */
export interface ProviderFunction {
  /** What is wrong with the arguments; it isn't called if anything is. */
  check(args: PropertyMap): CheckFailure[];
  call(args: PropertyMap, operation: Operation): Promise<PropertyMap>;
}

/** What an operation may use besides its request. */
export interface Operation {
  /** Nothing may be changed; outputs that can't be known yet are unknown. */
  preview: boolean;
  /**
   * Aborted with {@link Cancelled} when the engine cancels, with {@link TimedOut} after the time
   * that `customTimeouts` gives, or else after `defaultTimeoutMs`.
   */
  signal: (defaultTimeoutMs?: number) => AbortSignal;
  /** Shows a line beside the resource while the operation lasts; not kept. */
  status: (message: string, severity?: "info" | "warning") => void;
  /** A message that is kept in the update's output. */
  log: (message: string, severity: "info" | "warning") => void;
}

export interface CheckFailure {
  /** Property path; empty for the resource as a whole. */
  property: string;
  reason: string;
}

export interface CheckRequest {
  /** Inputs as the program gives them. */
  news: PropertyMap;
}

export interface CheckResult {
  inputs: PropertyMap;
  failures: CheckFailure[];
}

export interface DiffRequest {
  id: string;
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
  newInputs: PropertyMap;
}

export interface Diff {
  changes: (PropertyChange & { replace: boolean })[];
  deleteBeforeReplace: boolean;
}

export interface CreateRequest {
  urn: string;
  /** Logical name, the last part of the URN. */
  name: string;
  inputs: PropertyMap;
}

export interface Created {
  /** Empty in a preview. */
  id: string;
  outputs: PropertyMap;
}

export interface ReadRequest {
  urn: string;
  id: string;
  /** Empty when an object is read that was not created by this stack. */
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
}

export interface ReadState {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

export interface UpdateRequest {
  urn: string;
  id: string;
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
  newInputs: PropertyMap;
}

export interface DeleteRequest {
  urn: string;
  id: string;
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
}
