/**
 * Characters by how they are spelt, for names that are typed on the glass. The set is
 * GB 2312's; those that most given names are made of come first.
 */
import type { pinyin } from "pinyin-pro";

const OFTEN =
  "子梓涵轩宇浩雨欣怡佳诗思语晨辰逸博文天明俊杰睿泽昊皓铭瑞嘉家琪琳雅静婷梦萱悦玥彤可心依" +
  "若馨芷紫一伊诺宁安然乐小晓菲妍雪梅兰月云清清沐禾麦苗木林森阳旭东海洋江河涛波志强伟建国华" +
  "军平春秋冬夏红英丽娜敏慧颖倩薇珊瑶瑾瑜璇霖霏凡帆远航飞翔鹏程龙虎凯旋健康福祥和美善良德仁" +
  "义礼智信希曦熙溪喜锦景晶菁京奕毅艺懿煜钰玉裕雯珍真臻贞祯桢岚岩妤嘉禾知言晚星成功立新永长青松柏柳桐楠桦枫杨桃李王张刘陈黄赵周吴徐孙胡朱高何郭马罗梁宋郑谢韩唐冯" +
  "于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔" +
  "白崔邱秦史顾侯邵孟万段雷钱汤尹黎易常武乔贺赖龚";

const ZONES = 87;
const PLACES = 94;
const FIRST_ZONE = 16;
const HIGH = 0xa0;

export type Characters = ReadonlyMap<string, string[]>;

/** All characters of GB 2312, zone by zone: the usual ones first. */
function everyCharacter(): string[] {
  const bytes: number[] = [];
  for (let zone = FIRST_ZONE; zone <= ZONES; zone++)
    for (let place = 1; place <= PLACES; place++) bytes.push(HIGH + zone, HIGH + place);
  const text = new TextDecoder("gbk").decode(new Uint8Array(bytes));
  return [...text].filter((sign) => /\p{Script=Han}/u.test(sign));
}

/** Which characters are spelt how; ü is v, as on a keyboard. */
export function charactersOf(spell: typeof pinyin): Characters {
  const found = new Map<string, string[]>();
  const seldom: [string, string][] = [];
  for (const sign of new Set([...OFTEN, ...everyCharacter()])) {
    const ways = spell(sign, { toneType: "none", type: "array", multiple: true, v: true });
    const [usual, ...rare] = new Set(ways.map((way) => way.replace("ü", "v")));
    if (usual) add(usual, sign);
    for (const way of rare) seldom.push([way, sign]);
  }
  // 栖 is read xi too, but whoever types that means another one
  for (const [way, sign] of seldom) add(way, sign);
  return found;

  function add(spelt: string, sign: string): void {
    const others = found.get(spelt);
    if (others) others.push(sign);
    else found.set(spelt, [sign]);
  }
}

/** What these letters may mean: the whole syllable, or one that begins so. */
export function candidatesFor(all: Characters, typed: string, most = 64): string[] {
  if (!typed) return [];
  const found = new Set(all.get(typed) ?? []);
  for (const [spelt, signs] of all) {
    if (found.size >= most) break;
    if (spelt.startsWith(typed)) for (const sign of signs.slice(0, 12)) found.add(sign);
  }
  return [...found].slice(0, most);
}
