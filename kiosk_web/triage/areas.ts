import type { Answer } from "@shared/client/asks";
import type { Clinics } from "@shared/desk/clinics";
import { type Topic, useLive, useTopicOf } from "@shared/page/live";
import {
  computed,
  effectScope,
  type EffectScope,
  onScopeDispose,
  type Ref,
  shallowRef,
  watch,
} from "vue";
import type { AreaView, RosterView } from "./area";

/** The areas in which this clinic's calls are heard, and the devices that hang there. */

export interface Area {
  key: string;
  topic: Topic<AreaView>;
}

const GONE = { code: "unknown_announcement", message: "这条播报已经结束了。", retry: false };

export const areaStream = (hospital: string, area: string, day: string): string =>
  `${hospital}/area/${area}/${day}`;

export function useAreas(clinics: Readonly<Ref<Clinics>>) {
  const live = useLive();
  const { place, facts, day } = live;
  // until it is known which they are, none is looked at
  const keys = computed(() => {
    const known = Object.keys(clinics.value).length > 0;
    return known ? (clinics.value[place.clinic]?.areas ?? [place.clinic]) : [];
  });
  const areas = shallowRef<Area[]>([]);
  const scopes = new Map<string, { scope: EffectScope; area: Area }>();

  function open(key: string): Area {
    const scope = effectScope(true);
    const topic = scope.run(() =>
      useTopicOf<AreaView>(
        computed(() => `${areaStream(facts.hospital.id, key, day.value)}:announcements`),
        live,
      ),
    ) as Topic<AreaView>;
    const area = { key, topic };
    scopes.set(key, { scope, area });
    return area;
  }

  watch(
    () => keys.value.join(),
    () => {
      for (const [key, { scope }] of scopes)
        if (!keys.value.includes(key)) {
          scope.stop();
          scopes.delete(key);
        }
      areas.value = keys.value.map((key) => scopes.get(key)?.area ?? open(key));
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    for (const { scope } of scopes.values()) scope.stop();
  });
  const roster = useTopicOf<RosterView>(computed(() => `${facts.hospital.id}/terminals/main:roster`));
  /** Taken away for every desk: somebody has seen to it. */
  function withdraw(one: { area: string; id: string }): Promise<Answer> {
    const area = areas.value.find(({ key }) => key === one.area);
    if (area) return area.topic.ask("withdraw", { announcement: one.id });
    return Promise.resolve({ ok: false, error: GONE });
  }
  return { areas, roster, withdraw };
}

export type Areas = ReturnType<typeof useAreas>;
