import { changes } from "../shared/diff.ts";
import { messageOf } from "../shared/errors.ts";
import { pause } from "../shared/pause.ts";
import type { ResourceType } from "../shared/provider.ts";
import { toPlain, UNKNOWN, withSecretsOf } from "../shared/value.ts";
import type { PropertyMap } from "../shared/value.ts";
import { isStatus } from "./client.ts";
import type { Daemon } from "./daemon.ts";
import { checkNamed, wasNamed, withoutInternal } from "./properties.ts";

const OFFERED = ["attachable", "driver", "internal", "ipamConfigs", "labels", "name", "options"];

/** A container that is going away may hold a network this long. */
const DELETE_TIMEOUT_MS = 30_000;
const DELETE_RETRY_MS = 200;

interface NetworkInputs {
  name: string;
  driver?: string;
  internal?: boolean;
  attachable?: boolean;
  options?: Record<string, string>;
  labels?: { label: string; value: string }[];
  ipamConfigs?: { subnet?: string; gateway?: string; ipRange?: string }[];
}

/** What the daemon says about a network. */
interface NetworkDetails {
  Id: string;
  Name: string;
  Driver: string;
  Internal: boolean;
  Attachable: boolean;
  Ingress: boolean;
  EnableIPv6: boolean;
  Scope: string;
  Options: Record<string, string> | null;
  IPAM: {
    Driver: string;
    Config: { Subnet?: string; Gateway?: string; IPRange?: string }[] | null;
  };
}

/** `docker:index/network:Network`: a network that containers can be connected to. */
export function networkResource(daemon: () => Daemon): ResourceType {
  async function inspect(id: string, signal: AbortSignal): Promise<NetworkDetails | undefined> {
    try {
      const path = `/networks/${id}`;
      return (await daemon().client.json({ method: "GET", path, signal })) as NetworkDetails;
    } catch (error) {
      if (isStatus(error, 404)) {
        return undefined;
      }
      throw error;
    }
  }

  return {
    check: (request) => checkNamed(request, OFFERED),

    diff({ oldInputs, newInputs }) {
      return {
        changes: changes(withoutInternal(oldInputs), withoutInternal(newInputs)).map((change) => ({
          ...change,
          replace: true,
        })),
        deleteBeforeReplace: !wasNamed(newInputs),
      };
    },

    async create({ inputs }, operation) {
      const properties = withoutInternal(inputs);
      if (operation.preview) {
        return { id: "", outputs: { ...OUTPUTS_TO_COME, ...properties } };
      }
      const signal = operation.signal();
      const body = networkBody(toPlain(properties) as unknown as NetworkInputs);
      try {
        const path = "/networks/create";
        const created = await daemon().client.json({ method: "POST", path, body, signal });
        const details = await inspect((created as { Id: string }).Id, signal);
        if (!details) {
          throw new Error("it was removed at once");
        }
        return { id: details.Id, outputs: outputsOf(properties, details) };
      } catch (error) {
        throw new Error(`Unable to create network: ${messageOf(error)}`, { cause: error });
      }
    },

    async read({ id, oldInputs }, operation) {
      const details = await inspect(id, operation.signal());
      if (!details) {
        return undefined;
      }
      return { id, inputs: oldInputs, outputs: outputsOf(withoutInternal(oldInputs), details) };
    },

    update: () => Promise.reject(new Error("a network can't be changed in place")),

    async delete({ id }, operation) {
      const signal = operation.signal(DELETE_TIMEOUT_MS);
      for (;;) {
        try {
          await daemon().client.json({ method: "DELETE", path: `/networks/${id}`, signal });
          return;
        } catch (error) {
          if (isStatus(error, 404)) {
            return;
          }
          if (!messageOf(error).includes("has active endpoints")) {
            throw error;
          }
          await pause(DELETE_RETRY_MS, signal).catch(() => {
            throw error;
          });
        }
      }
    },
  };
}

function networkBody({ labels, ipamConfigs, ...inputs }: NetworkInputs): object {
  return {
    Name: inputs.name,
    CheckDuplicate: true,
    Driver: inputs.driver,
    Internal: inputs.internal,
    Attachable: inputs.attachable,
    Options: inputs.options,
    Labels: labels && Object.fromEntries(labels.map(({ label, value }) => [label, value])),
    IPAM: ipamConfigs && {
      Config: ipamConfigs.map(({ subnet, gateway, ipRange }) => ({
        Subnet: subnet,
        Gateway: gateway,
        IPRange: ipRange,
      })),
    },
  };
}

const OUTPUTS_TO_COME: PropertyMap = {
  driver: UNKNOWN,
  internal: UNKNOWN,
  ipamConfigs: UNKNOWN,
  options: UNKNOWN,
  scope: UNKNOWN,
};

function outputsOf(inputs: PropertyMap, details: NetworkDetails): PropertyMap {
  const outputs: PropertyMap = {
    ...inputs,
    name: details.Name,
    driver: details.Driver,
    internal: details.Internal,
    attachable: details.Attachable,
    ingress: details.Ingress,
    ipv6: details.EnableIPv6,
    ipamDriver: details.IPAM.Driver,
    ipamConfigs: (details.IPAM.Config ?? []).map(({ Subnet, Gateway, IPRange }) => ({
      subnet: Subnet ?? "",
      gateway: Gateway ?? "",
      ipRange: IPRange ?? "",
      auxAddress: {},
    })),
    options: details.Options ?? {},
    scope: details.Scope,
  };
  return withSecretsOf(outputs, inputs);
}
