import type { PropertyChange } from "./diff.ts";
import type { PropertyMap } from "./value.ts";

/** The part of a plugin that is its own; the gRPC service around it is the same for all plugins. */
export interface Provider {
  /** Package name, as in `pulumi plugin ls`. */
  readonly name: string;
  /** Refuses configuration that would otherwise be ignored. */
  checkConfig(config: PropertyMap): CheckFailure[];
  /** Lists the changed configuration keys that make every resource be replaced. */
  diffConfig?(olds: PropertyMap, news: PropertyMap): Promise<string[]>;
  /** @param config values by key without the package's prefix; everything but strings as JSON */
  configure(config: Readonly<Record<string, string>>): Promise<void>;
  /** Returns the resource type of a token such as `command:local:Command`; undefined if it isn't offered. */
  resourceType(token: string): ResourceType | undefined;
  /** Returns the function of a token such as `command:local:run`; undefined if it isn't offered. */
  functionOf?(token: string): ProviderFunction | undefined;
}

/** Operations on one type of resource. Properties carry secrets and, in previews, unknowns. */
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

/** A function that programs call, without a resource. */
export interface ProviderFunction {
  /** Names what is wrong with the arguments; with wrong ones the function isn't called. */
  check(args: PropertyMap): CheckFailure[];
  call(args: PropertyMap, operation: Operation): Promise<PropertyMap>;
}

/** Context of an operation, besides its request. */
export interface Operation {
  /** Whether this is a preview: nothing may be changed, and outputs that can't be known yet are unknown. */
  preview: boolean;
  /**
   * Returns a signal that is aborted with {@link Cancelled} when the engine cancels, and with {@link TimedOut}
   * after the time of `customTimeouts`, or else after `defaultTimeoutMs`.
   */
  signal: (defaultTimeoutMs?: number) => AbortSignal;
  /** Shows a line beside the resource while the operation lasts. */
  status: (message: string, severity?: "info" | "warning") => void;
  /** Adds a message to the update's output. */
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
