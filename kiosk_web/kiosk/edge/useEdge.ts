import { onScopeDispose, shallowReactive } from "vue";
import { edgeAddress } from "./address";
import { Edge, type Job } from "./edge";
import type { Condition, FromEdge, Part } from "./messages";

export interface Devices {
  /** There is an edge for this page at all; without one there is only the wedge. */
  readonly known: boolean;
  readonly here: boolean;
  readonly devices: Record<string, Condition>;
  readonly leftBehind: string[];
  readonly jobs: Record<string, Job>;
  print: (id: string, slip: Part[], livesMs: number) => void;
  forget: () => void;
  claim: () => void;
}

/** This computer's devices, for as long as the page that calls this stands. */
export function useEdge(hears: (message: FromEdge) => void): Devices {
  const address = edgeAddress();
  if (!address) {
    const nothing = () => {};
    return {
      ...{ known: false, here: false, devices: {}, leftBehind: [], jobs: {} },
      ...{ print: nothing, forget: nothing, claim: nothing },
    };
  }
  const edge = new Edge(address, hears, () => {
    const { here, devices, leftBehind, jobs } = edge;
    Object.assign(shown, { here, devices, leftBehind, jobs: { ...jobs } });
  });
  const shown = shallowReactive<Devices>({
    known: true,
    here: false,
    devices: {},
    leftBehind: [],
    jobs: {},
    print: (id, slip, livesMs) => edge.print(id, slip, livesMs),
    forget: () => edge.forget(),
    claim: () => edge.claim(),
  });
  onScopeDispose(() => edge.close());
  return shown;
}
