export const noOpActivities = {
  async noOp(input: { step: number; key?: string }): Promise<{ attempt: number; step: number }> {
    return { attempt: 1, step: input.step };
  },
};
export type NoOpActivities = typeof noOpActivities;
