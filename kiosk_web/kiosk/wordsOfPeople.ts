/** Who stands at the kiosk, when it is not simply the patient with a card. */
export const PEOPLE = {
  whose_title: ["给谁办？", "Who is this for?"],
  rel_self: ["我自己", "Myself"],
  rel_child: ["孩子", "Child"],
  rel_parent: ["父母", "Parent"],
  rel_spouse: ["爱人", "Spouse"],
  rel_sibling: ["兄弟姐妹", "Sibling"],
  rel_other: ["家人", "Family"],
  for_this_one: ["给这位办，对吗？", "For this person?"],
  yes_this_one: ["对，继续", "Yes, continue"],
  another_one: ["换一位", "Someone else"],
  check_the_name: ["替别人办？请核对姓名和诊区", "For someone else? Check the name and clinic"],
} as const satisfies Record<string, readonly [string, string]>;
