"""Names of places and streets of the demo district, in both languages. Data only; general geographic names."""

from __future__ import annotations

from hub.domain.model import Text

# (id, zh, en, kind, east of the middle m, north of it m): where the labels of the wall's map stand.
PLACES: tuple[tuple[str, str, str, str, float, float], ...] = (
    ("renmin", "人民公园", "People's Park", "neighbourhood", 560.0, -120.0),
    ("caiqiao", "蔡桥", "Caiqiao", "neighbourhood", -2250.0, 1150.0),
    ("funan", "府南", "Funan", "neighbourhood", -150.0, 1480.0),
    ("taisheng", "太升路", "Taisheng", "neighbourhood", 2620.0, 1180.0),
    ("guanghua", "光华", "Guanghua", "neighbourhood", -1950.0, -900.0),
    ("caotang", "草堂", "Caotang", "neighbourhood", 2750.0, -820.0),
    ("huanhua", "浣花溪", "Huanhuaxi", "neighbourhood", 280.0, -1680.0),
    ("kuanzhai", "宽窄巷子", "Kuanzhai Alleys", "neighbourhood", -420.0, 420.0),
    ("jinsha", "金沙", "Jinsha", "neighbourhood", -3150.0, 150.0),
    ("wenjia", "文家", "Wenjia", "neighbourhood", -2500.0, -1550.0),
    ("shaocheng", "少城", "Shaocheng", "neighbourhood", 1300.0, 650.0),
    ("supo", "苏坡", "Supo", "neighbourhood", 1750.0, -1750.0),
    ("station_west", "西门派出所", "West Gate station", "police", -1250.0, 380.0),
    ("station_east", "东桥派出所", "East Bridge station", "police", 1950.0, 150.0),
    ("station_river", "河畔派出所", "Riverside station", "police", 300.0, -1050.0),
    ("fire_north", "北区消防站", "North fire station", "fire", 700.0, 1750.0),
    ("fire_west", "西区消防站", "West fire station", "fire", -2600.0, -300.0),
    ("fire_south", "南区消防站", "South fire station", "fire", 1300.0, -1250.0),
    ("hospital_west", "城西医院", "Westside hospital", "hospital", -1500.0, 1250.0),
    ("hospital_east", "城东医院", "Eastside hospital", "hospital", 2150.0, -620.0),
    ("tower", "东桥大厦", "East Bridge tower", "site", 1640.0, 640.0),
    ("data_park", "软件园", "Software park", "site", -1000.0, 1900.0),
    ("building_site", "光华工地", "Guanghua building site", "site", -2820.0, -820.0),
    ("riverside", "沿江绿道", "Riverside greenway", "site", -900.0, -1350.0),
    ("junction", "光华大道路口", "Guanghua Ave junction", "junction", -1940.0, -400.0),
    ("bank_row", "银杏金融街", "Ginkgo bank row", "site", 950.0, 150.0),
)

RADIALS: tuple[tuple[str, str], ...] = (
    ("东御大道", "Dongyu Ave"),
    ("太升大道", "Taisheng Ave"),
    ("人民北路", "Renmin North Rd"),
    ("蔡桥大道", "Caiqiao Ave"),
    ("光华大道", "Guanghua Ave"),
    ("清江大道", "Qingjiang Ave"),
    ("人民南路", "Renmin South Rd"),
    ("草堂大道", "Caotang Ave"),
)

RING_NUMBERS: tuple[tuple[str, str], ...] = (("一", "1"), ("二", "2"), ("三", "3"))
# Compass sectors of a ring road, counter-clockwise from east; each is cut in two sections (一段, 二段).
RING_SIDES: tuple[tuple[str, str], ...] = (("东", "East"), ("北", "North"), ("西", "West"), ("南", "South"))

_STEMS = (
    "槐树 Huaishu,柳荫 Liuyin,银杏 Yinxing,梧桐 Wutong,石笋 Shisun,琴台 Qintai,锦里 Jinli,草市 Caoshi,文庙 Wenmiao,"
    "书院 Shuyuan,长顺 Changshun,东城根 Dongchenggen,青龙 Qinglong,白果 Baiguo,井巷 Jingxiang,支矶 Zhiji,"
    "商业 Shangye,实业 Shiye,红墙 Hongqiang,小河 Xiaohe,百花 Baihua,青华 Qinghua,送仙 Songxian,"
    "芳邻 Fanglin,同心 Tongxin,"
    "永陵 Yongling,三洞桥 Sandongqiao,花牌坊 Huapaifang,抚琴 Fuqin,营门 Yingmen,茶店 Chadian,枣子巷 Zaozixiang,"
    "十二桥 Shierqiao,清溪 Qingxi,瑞联 Ruilian,黄田坝 Huangtianba,培风 Peifeng,日月 Riyue,"
    "金凤 Jinfeng,康庄 Kangzhuang,同德 Tongde,福祥 Fuxiang,中和 Zhonghe,杏林 Xinglin,望仙 Wangxian,"
    "石人 Shiren,"
    "家园 Jiayuan,府河 Fuhe,鼓楼 Gulou,双楠 Shuangnan,桂花 Guihua,芙蓉 Furong,荷塘 Hetang,竹林 Zhulin,"
    "新华 Xinhua,西华 Xihua"
)
_SUFFIXES = (
    ("街", "St"),
    ("路", "Rd"),
    ("东街", "East St"),
    ("西街", "West St"),
    ("南街", "South St"),
    ("北街", "North St"),
    ("巷", "Lane"),
    ("横街", "Cross St"),
)


def streets() -> list[Text]:
    """Every name a main or minor street may get: each once, the common ones first."""
    stems = [stem.split(" ", 1) for stem in _STEMS.split(",")]
    return [Text(zh + tail, f"{en} {kind}") for tail, kind in _SUFFIXES for zh, en in stems]
