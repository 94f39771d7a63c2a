import type { KioskView } from "@shared/hall/view";
import type { Slip } from "./checkin";
import type { Part } from "./edge/messages";

/** The paper for today's check-in: the number huge, where to wait, and no whole name. */
export function slipOf(slip: Slip, view: KioskView): Part[] {
  const parts: Part[] = [];
  const line = (text: string | undefined) => {
    if (text) parts.push({ part: "text", text, align: "centre" });
  };
  line(view.clinic?.hospital);
  parts.push({ part: "text", text: slip.number, size: 4, align: "centre", bold: true });
  line([slip.name, slip.queueName].filter(Boolean).join("  "));
  parts.push({ part: "rule" });
  line(`打印时前面还有 ${slip.ahead} 位`);
  for (const room of slip.rooms.slice(0, 4)) {
    const { doctor, way } = view.rooms?.[room] ?? {};
    line([`${room} 诊室`, doctor, way].filter(Boolean).join("  "));
  }
  line("请看大屏，叫到您的号再进。");
  return parts;
}
