import * as pulumi from "@pulumi/pulumi";

/** A resource as the program asked the engine for it. */
export interface Registered {
  type: string;
  name: string;
  /** Types of the resource and its parents, outermost first, joined by `$`. */
  path: string;
  /** Secret values stand as `{ secret: value }`, unknown ones as {@link UNKNOWN}. */
  inputs: Inputs;
  /** Name of the explicit provider, if there is one. */
  provider: string | undefined;
}

/** Whatever a resource takes; the assertions are what checks it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Inputs = Record<string, any>;

/** What providers add to the inputs, by type of the resource. */
export type Outputs = Record<string, (inputs: Inputs) => object>;

export interface MockOptions {
  project?: string;
  stack?: string;
  /** In a preview no resource has an id, and outputs that nobody tells are unknown. */
  preview?: boolean;
  outputs?: Outputs;
  /** Answers of the functions that may be called, by token. */
  functions?: Record<string, (args: Inputs) => object>;
}

export const UNKNOWN = "<unknown>";

/**
 * Runs a piece of a program against a recording engine, until everything it declared is registered.
 *
 * What this can't show: aliases, dependencies, diffs, and whether a real provider accepts the inputs.
 *
 * @returns the resources that were registered, in the order of names, what the piece returned, and the warnings that
 *   it logged.
 */
export async function declare<T>(
  program: () => T | Promise<T>,
  options: MockOptions = {},
): Promise<{ resources: Registered[]; result: T; warnings: string[] }> {
  const registered: Omit<Registered, "path">[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, custom }) => {
        if (type !== "pulumi:pulumi:Stack") {
          registered.push({
            type,
            name,
            inputs: plain(inputs) as Inputs,
            provider: providerName(provider),
          });
        }
        const state = { ...inputs, ...options.outputs?.[type]?.(inputs) };
        return { id: custom && !options.preview ? `${name}-id` : undefined, state };
      },
      call: ({ token, inputs }) => {
        const answer = options.functions?.[token];
        if (answer === undefined) {
          throw new Error(`no function is called by this program: ${token}`);
        }
        return answer(plain(inputs) as Inputs);
      },
    },
    options.project ?? "istio-idle-timeout",
    options.stack ?? "test",
    options.preview ?? false,
  );
  const { result, warnings } = await withWarnings(async () => {
    const returned = await program();
    await pulumi.runtime.disconnect();
    return returned;
  });
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const urns = [...monitor.getRegisteredResources().keys()];
  const resources = registered
    .map((resource) => {
      const urn = urns.find((candidate) => candidate.endsWith(`::${resource.name}`)) ?? "";
      return { ...resource, path: urn.split("::").slice(2, -1).join("::") };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { resources, result, warnings };
}

/** Without an engine Pulumi's SDK writes warnings to the console. */
async function withWarnings<T>(run: () => Promise<T>): Promise<{ result: T; warnings: string[] }> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => {
    warnings.push(line.replace(/^warning: \[runtime\] /, ""));
  };
  try {
    return { result: await run(), warnings };
  } finally {
    console.warn = warn;
  }
}

/** The one resource of a type, whose name starts so; fails when there is none or there are several. */
export function only(resources: Registered[], type: string, start = ""): Registered {
  const [first, ...others] = resources.filter(
    (resource) => resource.type === type && resource.name.startsWith(start),
  );
  if (first === undefined || others.length > 0) {
    throw new Error(`${others.length + (first ? 1 : 0)} resources of type ${type}`);
  }
  return first;
}

/** An output's value, {@link UNKNOWN} where it is not known yet. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T | typeof UNKNOWN> {
  const { isKnown, promise } = internals(output);
  return (await isKnown) ? promise() : UNKNOWN;
}

/** Whether an output's value is kept from display and encrypted in the state. */
export async function isSecret(output: pulumi.Output<unknown>): Promise<boolean> {
  return internals(output).isSecret;
}

interface MockMonitor {
  getRegisteredResources: () => ReadonlyMap<string, unknown>;
}

interface OutputInternals<T> {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise: () => Promise<T>;
}

function internals<T>(output: pulumi.Output<T>): OutputInternals<T> {
  return output as unknown as OutputInternals<T>;
}

function providerName(reference: string | undefined): string | undefined {
  return reference?.split("::").at(-2);
}

/** The wire's marks for secrets and unknowns, in readable form. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (pulumi.runtime.isRpcSecret(value)) {
    return { secret: plain(pulumi.runtime.unwrapRpcSecret(value)) };
  }
  if (pulumi.isUnknown(value)) {
    return UNKNOWN;
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}
