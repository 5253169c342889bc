/**
 * How people write numbers of their own country:
 * - `zero`: with a 0 in front that is dropped abroad (0151 ... -> +49 151 ...)
 * - `whole`: the number as it is, which never begins with 0
 * - `whole-with-zero`: the number as it is, a leading 0 included, as in Italy (06 ... -> +39 06 ...)
 * - `one`: ten digits, with or without a 1 in front (North America)
 * - `eight`: ten digits with an 8 in front that is dropped abroad
 * - `zero-six`: with 06 in front that is dropped abroad
 */
export type NationalForm = 'zero' | 'whole' | 'whole-with-zero' | 'one' | 'eight' | 'zero-six';

export interface Dialling {
  callingCode: string;
  form: NationalForm;
}

/** Calling codes as ITU-T E.164 assigns them, and each country's trunk prefix as its numbering plan has it. */
const TABLE: Record<NationalForm, string> = {
  zero: `
    DE 49, AT 43, CH 41, GB 44, GG 44, IM 44, JE 44, IE 353, NL 31, BE 32, FR 33, RE 262, YT 262, GP 590, BL 590,
    MF 590, GF 594, MQ 596, SE 46, FI 358, AX 358, RO 40, BG 359, HR 385, SI 386, RS 381, BA 387, ME 382, MK 389,
    AL 355, XK 383, SK 421, UA 380, MD 373, TR 90, GE 995, AM 374, AZ 994, AU 61, CX 61, CC 61, NZ 64, JP 81, KR 82,
    CN 86, TW 886, IN 91, PK 92, BD 880, LK 94, ID 62, MY 60, TH 66, VN 84, PH 63, KH 855, LA 856, MM 95, IL 972,
    PS 970, JO 962, LB 961, SA 966, AE 971, IQ 964, IR 98, EG 20, MA 212, EH 212, DZ 213, LY 218, ZA 27, NG 234,
    GH 233, KE 254, UG 256, TZ 255, ET 251, ZW 263, ZM 260, EC 593, VE 58, UY 598, PY 595`,
  whole: `
    ES 34, PT 351, DK 45, NO 47, SJ 47, IS 354, PL 48, CZ 420, GR 30, CY 357, MT 356, LU 352, EE 372, LV 371, LI 423,
    MC 377, AD 376, GI 350, FO 298, GL 299, SG 65, HK 852, MO 853, QA 974, KW 965, BH 973, OM 968, TN 216, SN 221,
    CM 237, MX 52, CO 57, CL 56, CR 506, PA 507, GT 502, SV 503, HN 504, NI 505, MV 960, MU 230, SC 248, BW 267,
    MZ 258, AO 244, RW 250`,
  'whole-with-zero': 'IT 39, SM 378, VA 39, CI 225, CG 242',
  one: `
    US 1, CA 1, AG 1, AI 1, AS 1, BB 1, BM 1, BS 1, DM 1, DO 1, GD 1, GU 1, JM 1, KN 1, KY 1, LC 1, MP 1, MS 1, PR 1,
    SX 1, TC 1, TT 1, VC 1, VG 1, VI 1`,
  eight: 'RU 7, KZ 7',
  'zero-six': 'HU 36',
};

/** By ISO 3166 code. Countries whose national forms are ambiguous are left out: their numbers need a `+`. */
export const DIALLING: ReadonlyMap<string, Dialling> = new Map(
  (Object.entries(TABLE) as [NationalForm, string][]).flatMap(([form, rows]) =>
    rows.split(',').map((row): [string, Dialling] => {
      const [country = '', callingCode = ''] = row.trim().split(' ');
      return [country, { callingCode, form }];
    }),
  ),
);
