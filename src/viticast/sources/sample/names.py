"""The usual names: product groups, grape cultivars and countries, with the label traps of the published files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Child:
    """A row below a category: its label, and its control where that is not simply code and label."""

    label: str
    control: str | None = None


@dataclass(frozen=True)
class Group:
    """A category row and its children; without children the category is a leaf."""

    label: str
    code: str
    children: tuple[Child, ...]
    control: str | None = None
    indent: str = ""


def _children(text: str) -> tuple[Child, ...]:
    return tuple(Child(label) for label in text.strip("\n").replace("\n", "").split(";"))


_COLOURS = _children("Tinto;Branco;Rosado")

PRODUCAO = (
    Group("VINHO DE MESA", "vm", _COLOURS),
    Group("VINHO FINO DE MESA (VINIFERA)", "vv", _COLOURS),
    Group(
        "SUCO",
        "su",
        (
            Child("Suco de uva integral", "su_Suco de uva simples"),
            Child("Suco de uva concentrado", "su_Suco concentrado"),
            *_children("Suco de uva adoçado;Suco de uva orgânico;Suco de uva reconstituído"),
        ),
    ),
    Group(
        "DERIVADOS",
        "de",
        _children(
            "Espumante;Espumante moscatel;Base espumante;Base espumante moscatel;Base Champenoise champanha;"
            "Base Charmat champanha;Bebida de uva;Polpa de uva;Mosto simples;Mosto concentrado;"
            "Mosto de uva com bagaço;Mosto dessulfitado;Mistelas;Néctar de uva;Licorosos;Compostos;Jeropiga;Filtrado;"
            "Frisante;Vinho leve;Vinho licoroso;Brandy;Destilado;Bagaceira;Licor de bagaceira;Vinagre;Borra líquida;"
            "Borra seca;Vinho Composto;Pisco;Vinho orgânico;Espumante orgânico;"
            "Destilado alcoólico simples de bagaceira ;Vinho acidificado ;Mosto parcialmente fermentado ;"
            "Outros derivados"
        ),
    ),
)

_INDENTED_COLOURS = _children("Tinto;Rosado;Branco")

COMERCIO = (
    Group("VINHO DE MESA", "vm", _INDENTED_COLOURS, indent="  "),
    Group("VINHO  FINO DE MESA", "vm", _INDENTED_COLOURS, indent="  "),
    Group("VINHO FRIZANTE", "", ()),
    Group("VINHO ORGÂNICO", "", ()),
    Group("VINHO ESPECIAL", "ve", _INDENTED_COLOURS, indent="  "),
    Group("ESPUMANTES ", "es", _children("Espumante  Moscatel;Espumante;Espumante Orgânico"), indent="  "),
    Group(
        "SUCO DE UVAS",
        "su",
        _children(
            "Suco Natural Integral;Suco Adoçado;Suco Reprocessado/reconstituido;Suco Orgânico;Outros sucos de uvas"
        ),
        indent="  ",
    ),
    Group("SUCO DE UVAS CONCENTRADO", "", ()),
    Group(
        "OUTROS PRODUTOS COMERCIALIZADOS",
        "ou",
        (
            *_children(
                "Outros vinhos (sem informação detalhada);Agrin (fermentado, acetico misto);Aguardente de vinho 50°gl;"
                "Alcool vinico;Bagaceira (graspa);Base champenoise champanha;Base charmat champanha;"
                "Base espumante moscatel;Bebida de uva"
            ),
            Child("Borra líquida", "ou_Borra_liqwuida"),
            *_children(
                "Borra seca;Brandy (conhaque);Cooler;Coquetel com vinho;Destilado de vinho;Filtrado doce;Jeropiga;"
                "Mistelas;Mosto concentrado;Mosto de uva;Mosto sulfitado;Nectar de uva;Outros produtos;Polpa de uva;"
                "Preparado líquido para refresco;Refrigerante +50% suco;Sangria;Vinagre balsamico;Vinagre duplo;"
                "Vinagre simples;Vinho acetificado;Vinho base para espumantes;Vinho composto;Vinho licoroso;Vinho leve;"
                "Vinho gaseificado"
            ),
        ),
        control="",
        indent="  ",
    ),
)

VINIFERAS = (
    Group(
        "TINTAS",
        "ti",
        _children(
            "Alicante Bouschet;Ancelota;Aramon;Alfrocheiro;Arinarnoa;Aspirant Bouschet;Barbera;Bonarda;Cabernet Franc;"
            "Cabernet Sauvignon;Caladoc;Campanario;Canaiolo;Carignan;Carmenere;Castelão;Corvina;Croatina;Cinsaut;"
            "Dom Felder;Dolcetto;Durif;Egiodola;Ekigaina;Festival (Sugraone);Franconia;Freisa;Gamay St Romain;"
            "Gamay Beaujolais;Grand Noir;Grenache;Jaen;Lagrein;Lambrusco;Malbec;Marzemina;Merlot;Marselan;"
            "Mistura de uvas viníferas tinto ;Molinera;Montepulciano;Moscato Bailey;Napa Gamay;Nebbiolo;Petit Verdot;"
            "Petite Sirah;Pinotage;Pinot Noir;Pinot Saint George;Piriquita;Primitivo;Rebo;Refosco;Rondinella;"
            "Ruby Cabernet;Sangiovese;Saperavi ;Sira (falsa);Tannat;Tempranillo;Teroldego;Torrontes;Tinta Barroca;"
            "Tinta Roriz ;Touriga Francesa;Touriga Nacional;Tinta Madeira;Tintoria;Trincdeira;Trousseau;Zinfandel;"
            "Outras1"
        ),
    ),
    Group(
        "BRANCAS E ROSADAS",
        "br",
        (
            *_children(
                "Aliatico;Aligote;Altesse;Alvarinho;Arriloba;Auxerrois;Burger;Chardonnay;Chasselas;Chenin Blanc;"
                "Clairette(1);Colombard;Flora;Garganega;Gewurztraminer;Gouveio;Gros Manseng;Italia (Pirovano 65) (PE);"
                "Maccabeo;Malvasia;Malvasia Amarela;Malvasia Bianca;Malvasia Chianti;Malvasia Verde;Malvasia di Candia;"
                "Malvasia Istriana"
            ),
            Child("Mistura de uvas viníferas branco", "br_Mistura de uvas viníferas"),
            Child("Mistura de uvas viníferas rosado", "br_Mistura de uvas viníferas"),
            Child("Moscato Branco", "br_Moscato_branco"),
            *_children(
                "Moscato Canelli;Moscato Giallo;Moscato Nazareno;Moscato Bianco R2;Moscato de Alexandria;"
                "Moscato Rosado;Muscat à Petits Grains;Muller Thurgau;Muscadelle;Ora;Palomino;Petit Manseng;Peverella;"
                "Pinot Blanc;Pinot Gris;Prosecco;Red Veltliner;Riesling Italico;Riesling Renano;Sauvignon Blanc(2);"
                "Sauvignon Gris;Seara Nova;Semillon;Schonburger;Sylvaner;Tocai Friulano;Trebbiano;Trebbiano Toscano;"
                "Verdea;Verdelho;Verdiso;Vermentino;Vernaccia;Viogner ;Viognier;Outras(3)"
            ),
        ),
        control="BRANCASEROSADAS",
    ),
)

AMERICANAS = (
    Group(
        "TINTAS",
        "ti",
        (
            *_children(
                "Bacarina;Bailey;Bordo;Bourdin (S);BRS Carmen;BRS Cora;BRS Magna;BRS Margot;BRS Morena;BRS Núbia ;"
                "BRS Rúbea;BRS Violeta;BRS Vitória;Champagnon (Champanheta);Coleções;Concord;Concord clone 30;Couderc;"
                "Cynthiana(1);Herbemont"
            ),
            Child("IAC 138022", "ti_IAC138022"),
            *_children(
                "Isabel;Isabel Precoce;Jacquez;Kyoko;Landot;Mistura de uvas americanas tinto;Oberlin;Othello;Paco;"
                "Patricia;Seibel;Seibel 2 (seibeleto);Seyve Willard (Tinta);Vênus"
            ),
        ),
    ),
    Group(
        "BRANCAS E ROSADAS",
        "br",
        (
            *_children(
                "Baco;Bokay;BRS Bibiana ;BRS Clara;BRS Lorena;Couderc 13;Delaware;Dona Zillá;Dut Chess;Goethe;IAC;"
                "Juliana;Martha;Mistura de uvas americanas;Moscato Embrapa;Niagara;Niagara Branca;Niagara Rosada;"
                "Poloske;Seleções;Seyve Villard;Seyve Villard 5276;Seyve Villard 12375;Tardia de Caxias"
            ),
            Child("Outras(2)", "br_Outras"),
        ),
        control="BRANCASEROSADAS",
    ),
)

MESA = (
    Group("TINTAS", "ti", _children(" Alphonse Lavallee; Moscato de Hamburgo")),
    Group("BRANCAS", "br", _children(" Cardinal; Golden Queen; Patrícia; Perlona; Italia; Rubi (Itália, Itália Ro)")),
)

SEM_CLASSIFICACAO = "Sem classificação"

COUNTRIES = tuple(
    child.label
    for child in _children(
        "Afeganistão;África do Sul;Albânia;Alemanha;Andorra;Angola;Anguilla;Antígua e Barbuda;"
        "Antilhas Holandesas;Arábia Saudita;Argélia;Argentina;Armênia;Aruba;Austrália;Áustria;Azerbaijão;Bahamas;"
        "Bangladesh;Barbados;Barein;Belarus;Bélgica;Belice;Benin;Bermudas;Bolívia;Bósnia-Herzegovina;Botsuana;"
        "Bulgária;Burkina Faso;Cabo Verde;Camarões;Camboja;Canadá;Catar;Cayman, Ilhas;Cazaquistão;Chade;Chile;"
        "China;Chipre;Cingapura;Cocos (Keeling), Ilhas;Colômbia;Comores;Congo;Coreia do Sul, República;"
        "Costa do Marfim;Costa Rica;Coveite (Kuweit);Croácia;Cuba;Curaçao;Dinamarca;Djibuti;Dominica;Egito;"
        "El Salvador;Emirados Árabes Unidos;Equador;Eslováquia;Eslovênia;Espanha;Estados Unidos;Estônia;Etiópia;"
        "Falkland (Malvinas);Fiji;Filipinas;Finlândia;França;Gabão;Gâmbia;Gana;Geórgia;Gibraltar;Granada;Grécia;"
        "Guadalupe;Guatemala;Guiana;Guiana Francesa;Guiné;Guine Bissau;Guine Equatorial;Haiti;Honduras;Hong Kong;"
        "Hungria;Iêmen;Ilha de Man;Ilhas Virgens;Índia;Indonésia;Irã;Iraque;Irlanda;Islândia;Israel;Itália;"
        "Iugoslávia;Jamaica;Japão;Jordânia;Letônia;Líbano;Libéria;Líbia;Lituânia;Luxemburgo;Macau;Macedônia;"
        "Madagascar;Malásia;Malavi;Maldivas;Mali;Malta;Marrocos;Marshall, Ilhas;Martinica;Maurício;Mauritânia;"
        "México;Moçambique;Moldávia;Mônaco;Mongólia;Montenegro;Namíbia;Nepal;Nicarágua;Nigéria;Noruega;"
        "Nova Caledônia;Nova Zelândia;Omã;Países Baixos;Palau;Panamá;Paquistão;Paraguai;Peru;Pitcairn;"
        "Polinésia Francesa;Polônia;Porto Rico;Portugal;Quênia;Reino Unido;República Dominicana;Romênia;Rússia;"
        "San Marino;Santa Lúcia;São Cristóvão e Névis;São Tomé e Príncipe;São Vicente e Granadinas;Senegal;"
        "Serra Leoa;Sérvia;Seychelles;Síria;Sri Lanka;Suazilândia;Suécia;Suíça;Suriname;Tailândia;"
        "Taiwan (Formosa);Tanzânia;Tcheca, República;Togo;Toquelau;Trinidade Tobago;Tunísia;Turquia;"
        "Turcas e Caicos, Ilhas;Tuvalu;Ucrânia;Uganda;Uruguai;Vanuatu;Venezuela;Vietnã;Zâmbia;Zimbábue"
    )
)

PSEUDO_COUNTRIES = (
    "Brasil",
    "Provisão de Navios e Aeronaves",
    "Não consta na tabela",
    "Não declarados",
    "Outros",
    "Outros(1)",
)
