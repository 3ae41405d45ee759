export const noOpActivities = {
  async noOp(input: { step: number }): Promise<{ step: number }> {
    return input;
  },
};
export type NoOpActivities = typeof noOpActivities;
