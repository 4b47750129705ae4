import type { PropertyMap } from "../../shared/value.ts";

/** Answer of the daemon to an inspection, as far as it is used here. */
export interface ContainerDetails {
  Name: string;
  State: {
    Running: boolean;
    ExitCode: number;
    Health?: { Status: string; Log: { Output: string }[] | null };
  };
  NetworkSettings: {
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
  };
}

/** Makes the outputs: the inputs, with the state of the container and the ports that the daemon chose. */
export function containerOutputs(inputs: PropertyMap, details: ContainerDetails): PropertyMap {
  const { Name, State } = details;
  return {
    ...inputs,
    ...(State.Running ? {} : { exitCode: State.ExitCode }),
    mustRun: State.Running,
    name: Name.replace(/^\//, ""),
    ...(inputs.ports !== undefined && State.Running && { ports: portsOf(details) }),
  };
}

/** Lists every published port with the one chosen for it on the daemon's machine, by port number. */
function portsOf({ NetworkSettings }: ContainerDetails): PropertyMap[] {
  return Object.entries(NetworkSettings.Ports ?? {})
    .flatMap(([key, published]) => {
      const [internal, protocol = "tcp"] = key.split("/");
      return (published ?? []).map(({ HostIp, HostPort }) => ({
        internal: Number(internal),
        external: Number(HostPort),
        ip: HostIp,
        protocol,
      }));
    })
    .sort((left, right) => left.internal - right.internal || left.external - right.external);
}
