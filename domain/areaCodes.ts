/** Where an area code of the United States or Canada lies: the state or province, and the zones its places keep. */
export interface AreaCode {
  /** ISO 3166-2, e.g. US-TX. */
  region: string;
  /** IANA names, one for each clock that a place of this code may keep. */
  zones: readonly string[];
}

const pacific = 'America/Los_Angeles';
const mountain = 'America/Denver';
const central = 'America/Chicago';
const eastern = 'America/New_York';
const atlantic = 'America/Halifax';

/**
 * By region: its area codes, overlays and announced ones included, and the zones of those codes. A code that crosses a
 * zone's border has both: its number alone does not tell on which side it is.
 */
const regions: Record<string, [codes: string, ...zones: string[]][]> = {
  'US-AK': [['907', 'America/Anchorage', 'America/Adak']],
  'US-AL': [['205 251 256 334 483 659 938', central]],
  'US-AR': [['327 479 501 870', central]],
  'US-AZ': [
    ['480 520 602 623', 'America/Phoenix'],
    // The Navajo Nation moves its clocks, Arizona does not.
    ['928', 'America/Phoenix', mountain],
  ],
  'US-CA': [
    [
      '209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 ' +
        '831 837 840 858 909 916 925 949 951',
      pacific,
    ],
  ],
  'US-CO': [['303 719 720 748 970 983', mountain]],
  'US-CT': [['203 475 860 959', eastern]],
  'US-DC': [['202 771', eastern]],
  'US-DE': [['302', eastern]],
  'US-FL': [
    ['239 305 321 324 352 386 407 561 645 656 689 727 728 754 772 786 813 863 904 941 954', eastern],
    ['448 850', eastern, central],
  ],
  'US-GA': [['229 404 470 478 678 706 762 770 912 943', eastern]],
  'US-HI': [['808', 'Pacific/Honolulu']],
  'US-IA': [['319 515 563 641 712', central]],
  'US-ID': [['208 986', mountain, pacific]],
  'US-IL': [['217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872', central]],
  'US-IN': [
    ['260 317 463 765', eastern],
    ['219 574 812 930', eastern, central],
  ],
  'US-KS': [
    ['316 913', central],
    ['620 785', central, mountain],
  ],
  'US-KY': [
    ['502 859', eastern],
    ['270 364 606', eastern, central],
  ],
  'US-LA': [['225 318 337 457 504 985', central]],
  'US-MA': [['339 351 413 508 617 774 781 857 978', eastern]],
  'US-MD': [['227 240 301 410 443 667', eastern]],
  'US-ME': [['207', eastern]],
  'US-MI': [
    ['231 248 269 313 517 586 616 679 734 810 947 989', eastern],
    ['906', eastern, central],
  ],
  'US-MN': [['218 320 507 612 651 763 924 952', central]],
  'US-MO': [['235 314 417 557 573 636 660 816 975', central]],
  'US-MS': [['228 471 601 662 769', central]],
  'US-MT': [['406', mountain]],
  'US-NC': [['252 336 472 704 743 828 910 919 980 984', eastern]],
  'US-ND': [['701', central, mountain]],
  'US-NE': [
    ['402 531', central],
    ['308', central, mountain],
  ],
  'US-NH': [['603', eastern]],
  'US-NJ': [['201 551 609 640 732 848 856 862 908 973', eastern]],
  'US-NM': [['505 575', mountain]],
  'US-NV': [
    ['702 725', pacific],
    ['775', pacific, mountain],
  ],
  'US-NY': [['212 315 329 332 347 363 465 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934', eastern]],
  'US-OH': [['216 220 234 283 326 330 380 419 436 440 513 567 614 740 937', eastern]],
  'US-OK': [['405 539 572 580 918', central]],
  'US-OR': [
    ['503 971', pacific],
    ['458 541', pacific, mountain],
  ],
  'US-PA': [['215 223 267 272 412 445 484 570 582 610 717 724 814 835 878', eastern]],
  'US-RI': [['401', eastern]],
  'US-SC': [['803 821 839 843 854 864', eastern]],
  'US-SD': [['605', central, mountain]],
  'US-TN': [
    ['865', eastern],
    ['423', eastern, central],
    ['615 629 731 901 931', central],
  ],
  'US-TX': [
    ['210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 936 940 945 956 972 979', central],
    ['915', mountain],
  ],
  'US-UT': [['385 435 801', mountain]],
  'US-VA': [['276 434 540 571 686 703 757 804 826 948', eastern]],
  'US-VT': [['802', eastern]],
  'US-WA': [['206 253 360 425 509 564', pacific]],
  'US-WI': [['262 274 353 414 534 608 715 920', central]],
  'US-WV': [['304 681', eastern]],
  'US-WY': [['307', mountain]],

  'CA-AB': [['368 403 587 780 825', 'America/Edmonton']],
  'CA-BC': [
    ['604', 'America/Vancouver'],
    ['236 250 257 672 778', 'America/Vancouver', 'America/Edmonton', 'America/Dawson_Creek'],
  ],
  'CA-MB': [['204 431 584', 'America/Winnipeg']],
  'CA-NB': [['428 506', atlantic]],
  'CA-NL': [['709 879', 'America/St_Johns', atlantic]],
  // Nova Scotia shares its codes with Prince Edward Island.
  'CA-NS': [['782 902', atlantic]],
  'CA-ON': [
    ['226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 905 942', 'America/Toronto'],
    ['807', 'America/Toronto', 'America/Winnipeg', 'America/Atikokan'],
  ],
  'CA-QC': [
    ['263 354 438 450 468 514 579 819 873', 'America/Toronto'],
    ['273 367 418 581', 'America/Toronto', atlantic, 'America/Blanc-Sablon'],
  ],
  'CA-SK': [['306 474 639', 'America/Regina', 'America/Edmonton']],
  // Shared by the three territories, from the Yukon to Baffin Island.
  'CA-NT': [
    ['867', 'America/Whitehorse', 'America/Edmonton', 'America/Cambridge_Bay', 'America/Winnipeg', 'America/Iqaluit', 'America/Atikokan'],
  ],
};

/** Every area code of the United States and Canada that belongs to a place. */
export const areaCodes: ReadonlyMap<string, AreaCode> = new Map(
  Object.entries(regions).flatMap(([region, groups]) =>
    groups.flatMap(([codes, ...zones]) => codes.split(' ').map((code): [string, AreaCode] => [code, { region, zones }])),
  ),
);
