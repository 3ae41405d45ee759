import { describe, expect, it } from 'vitest';
import { addDays, daysOf } from './calendar.js';

describe('calendar', () => {
  it('counts on over the ends of months and years, and through a leap day', () => {
    expect(addDays('2027-12-31', 1)).toBe('2028-01-01');
    expect(daysOf('2028-02-28', '2028-03-01')).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
  });

  it('has days of one length, whatever the clocks do', () => {
    expect(daysOf('2027-03-27', '2027-03-29')).toEqual(['2027-03-27', '2027-03-28', '2027-03-29']);
  });

  it('takes a range of one day for that day', () => {
    expect(daysOf('2027-05-01', '2027-05-01')).toEqual(['2027-05-01']);
  });
});
