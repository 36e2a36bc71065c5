"""Where the parties of a call are, as far as their numbers tell, and whose consent that place asks for.

A number says where it was given out, not where its owner stands. So it can only relax a rule in one way: when *both*
numbers come from places where one party's consent is enough. Every other place, every number without one (toll-free,
withheld, a browser), and every country but the United States counts as a place where all parties have to consent.
This is a list for an installation to begin with, not legal advice, and no lawyer has read it; counsel decides which
mode an agent has.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import phonenumbers

WRITTEN = "2026-11-25"
"""When this list was put together, from general knowledge: nobody has compared it with the statutes state by state."""

# Statutes that ask for the consent of all parties to a recorded telephone call. Where courts disagree (Delaware,
# Michigan) or only a civil claim exists (Connecticut), the stricter reading is listed. Oregon asks for it in the same
# room but not on the telephone (ORS 165.540), so it is not here.
ALL_PARTY: Mapping[str, str] = MappingProxyType({
    "US-CA": "Cal. Penal Code § 632, § 632.7",
    "US-CT": "Conn. Gen. Stat. § 52-570d",
    "US-DE": "11 Del. C. § 1335(a)(4)",
    "US-FL": "Fla. Stat. § 934.03(2)(d)",
    "US-IL": "720 ILCS 5/14-2",
    "US-MA": "M.G.L. c. 272, § 99",
    "US-MD": "Md. Code, Cts. & Jud. Proc. § 10-402(c)(3)",
    "US-MI": "MCL 750.539c",
    "US-MT": "Mont. Code § 45-8-213",
    "US-NH": "N.H. RSA 570-A:2",
    "US-NV": "NRS 200.620",
    "US-PA": "18 Pa.C.S. § 5704(4)",
    "US-WA": "RCW 9.73.030",
})  # fmt: skip
ONE_PARTY_SOURCE = "18 U.S.C. § 2511(2)(d)"

# Area codes by state, as the numbering plan gives them out; a test compares them with the `phonenumbers` data, which
# is not used at run time because it takes 100 MB of memory and half a second to load.
AREA_CODES: Mapping[str, str] = MappingProxyType({
    "AK": "907",
    "AL": "205 251 256 334 659 938",
    "AR": "327 479 501 870",
    "AZ": "480 520 602 623 928",
    "CA": (
        "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 "
        "738 747 760 805 818 820 831 840 858 909 916 925 949 951"
    ),
    "CO": "303 719 720 748 970 983",
    "CT": "203 475 860 959",
    "DC": "202 771",
    "DE": "302",
    "FL": "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954",
    "GA": "229 404 470 478 678 706 762 770 912 943",
    "HI": "808",
    "IA": "319 515 563 641 712",
    "ID": "208 986",
    "IL": "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872",
    "IN": "219 260 317 463 574 765 812 930",
    "KS": "316 620 785 913",
    "KY": "270 364 502 606 859",
    "LA": "225 318 337 504 985",
    "MA": "339 351 413 508 617 774 781 857 978",
    "MD": "227 240 301 410 443 667",
    "ME": "207",
    "MI": "231 248 269 313 517 586 616 734 810 906 947 989",
    "MN": "218 320 507 612 651 763 952",
    "MO": "235 314 417 557 573 636 660 816 975",
    "MS": "228 601 662 769",
    "MT": "406",
    "NC": "252 336 472 704 743 828 910 919 980 984",
    "ND": "701",
    "NE": "308 402 531",
    "NH": "603",
    "NJ": "201 551 609 640 732 848 856 862 908 973",
    "NM": "505 575",
    "NV": "702 725 775",
    "NY": "212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934",
    "OH": "216 220 234 283 326 330 380 419 440 513 567 614 740 937",
    "OK": "405 539 572 580 918",
    "OR": "458 503 541 971",
    "PA": "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878",
    "RI": "401",
    "SC": "803 821 839 843 854 864",
    "SD": "605",
    "TN": "423 615 629 731 865 901 931",
    "TX": (
        "210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 915 936 940 945 "
        "956 972 979"
    ),
    "UT": "385 435 801",
    "VA": "276 434 540 571 686 703 757 804 826 948",
    "VT": "802",
    "WA": "206 253 360 425 509 564",
    "WI": "262 274 353 414 534 608 715 920",
    "WV": "304 681",
    "WY": "307",
})  # fmt: skip
_STATE: Mapping[str, str] = MappingProxyType(
    {code: f"US-{state}" for state, codes in AREA_CODES.items() for code in codes.split()}
)
_NORTH_AMERICA = 1  # the country code that the United States share with Canada and the Caribbean


def place_of(number: str) -> str:
    """`US-CA`, a country's two letters such as `DE`, or "" where the number does not tell."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    national = str(parsed.national_number)
    if parsed.country_code == _NORTH_AMERICA and (state := _STATE.get(national[:3])):
        return state
    region = phonenumbers.region_code_for_number(parsed)
    return region if region and region.isalpha() else ""


def wants_all_parties(place: str) -> bool:
    """Whether a call with a party there needs everybody's consent; unknown places do."""
    return not place.startswith("US-") or place in ALL_PARTY


def source_of(places: Iterable[str]) -> str:
    """Why the stricter of these places' rules stands."""
    strict = [place for place in places if wants_all_parties(place)]
    if not strict:
        return ONE_PARTY_SOURCE
    return next((ALL_PARTY[place] for place in strict if place in ALL_PARTY), "no rule is known for the place")
