"""Postal addresses as people write them: on one line or several, in a sentence, with units and estates."""

import pytest

from app.adapters.presidio import PresidioRedactor
from tests.unit.adapters.hiding import hidden


@pytest.mark.parametrize(
    ("language", "lead", "address", "rest"),
    [
        ("en", "We are now at ", "6 Tarn Lane, Keswick CA12 5JX", ", please note."),
        ("en", "Write to ", "Gorse Cottage, Chapel Lane, Malton YO17 9ZZ", " from June."),
        ("en", "", "Unit 4, Harebell Industrial Estate\nMorpeth\nNE61 9ZZ", "\n"),
        ("en", "Ours: ", "3rd Floor, Heron House, 12 Dock Street, Goole DN14 9ZZ, United Kingdom", ". Thanks"),
        ("en", "My flat is ", "Flat 2, 61 Beech Road, Didsbury, Manchester M20 9ZZ", " and nothing came."),
        ("en", "Post for ", "17b Chandlers Approach, Bungay", "."),
        ("en", "", "PO Box 77, Truro TR1 9ZZ", " is closed."),
        ("en", "", "880 Juniper Drive, Suite 3, Akron, OH 44301", " is ours."),
        ("fr", "Nous sommes au ", "5 bis, rue des Acacias, 37000 Tours", ", merci."),
        ("fr", "J'habite ", "9, place du Château, 1er étage, 41000 Blois", " et rien."),
        ("fr", "", "ZA du Grand Pré, 2 allée des Frênes, 85000 La Roche-sur-Yon", ". Merci"),
        ("fr", "Écrire à ", "Lieu-dit Kervella, 29200 Brest", "."),
        ("de", "bitte an ", "Erlenweg 12, 79098 Freiburg", " senden."),
        ("de", "wohnhaft ", "Am Mühlbach 4 b in 48143 Münster", " seit Mai."),
        ("de", "", "Gewerbepark Süd 3\nHalle 2\n49124 Georgsmarienhütte", "\n"),
        ("de", "Anschrift: ", "Postfach 11 22, 40003 Düsseldorf", "."),
        ("de", "an ", "Lerchenstraße 70a/3/9, 1070 Wien, Österreich", ". Danke"),
        ("es", "en ", "Calle del Fresno 4, 2º A, 28013 Madrid", "."),
        ("es", "a ", "Polígono Industrial Las Eras, nave 3, 26150 Agoncillo (La Rioja)", ". Gracias"),
        ("es", "en ", "Travesía del Molino s/n, 19001 Guadalajara", ", no en Alcalá."),
        ("es", "en ", "C/ Mayor, 15, Jaca", "."),
        ("nl", "op ", "Dorpsstraat 9, 8011 CV Zwolle", ". Factuur volgt."),
        ("nl", "aan ", "Het Wieltje 3, 5231 BW 's-Hertogenbosch", "."),
        ("nl", "aan de ", "Laan van Nieuwoord 40 II, 2563 BC Den Haag", "."),
        ("nl", "in de ", "Molenstraat 8 bus 3, 3000 Leuven", "."),
        ("it", "in ", "Via Mazzini 3, 10122 Torino", ". Saluti"),
        ("it", "a ", "Zona Industriale Nord, lotto 2, 70026 Modugno (BA)", ", grazie."),
        ("it", "in ", "Contrada Fonte s.n.c., 92019 Sciacca AG", "."),
        ("it", "in ", "piazza Dante 6, Rovereto", "."),
        ("fr", "en Suisse, ", "Case postale 88, 1211 Genève 6", "."),
        ("fr", "à ", "Chaussée de Jette 210 boîte 4, 1081 Koekelberg", "."),
        ("es", "en ", "C/ del Sol, 14, 3.º izda., 48001 Bilbao", "."),
        ("nl", "op de ", "Herengracht 401-III, 1016 EK Amsterdam", "."),
        ("it", "in ", "Via Mazzini, 22/A - 10122 Torino (TO)", "."),
        ("pt", "na ", "Av. do Sol, 1000, apto 42, Vila Nova, Campinas - SP, 13010-100", "."),
        ("en", "write to ", "14 station road, leeds ls1 4dw", ", please"),
        ("de", "RECHNUNG BITTE AN ", "INDUSTRIESTR. 14-16, 72072 TÜBINGEN", "."),
        ("nl", "stuur naar ", "dorpsstraat 12a", " graag"),
        ("pt", "na ", "Rua das Amoreiras, 8, 4050-262 Porto", "; obrigada."),
        ("pt", "na ", "Travessa do Moinho, n.º 5, 1.º Dto., 7000-508 Évora", " e nada."),
        ("pt", "na ", "Zona Industrial da Eira, lote 2, 3830-527 Gafanha da Encarnação", ", por favor."),
    ],
)
def test_an_address_is_hidden_from_its_first_word_to_its_last(
    redactor: PresidioRedactor, language: str, lead: str, address: str, rest: str
) -> None:
    assert hidden(redactor, lead + address + rest, language) == [("LOCATION", address)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The Leeds site took 14 pallets on 3 June; the Skipton depot none."),
        ("en", "We ordered 3 garden gates and 12 Oak Panels, invoice INV-310 of 14 May."),
        ("en", "the driver was 12 days on the road with order 20440 and 14 pallets"),
        ("fr", "VOTRE MAIL DU LUNDI 12, 45000 CARTONS"),
        ("en", "Order 20440, York depot, is short by 4 boxes."),
        ("fr", "Le dépôt de Nantes a reçu 12 cartons, bon 21000 du 3 mai, chantier de Vannes."),
        ("de", "Die Filiale Bremen hat Rechnung 12, 10000 Stück, nicht bekommen."),
        ("de", "Lieferung 3, 20000 Schrauben, ging an die Baustelle Passau."),
        ("es", "En Madrid 12 cajas, en Getafe 3; pedido 28013 de mayo."),
        ("es", "Cada palé cuesta 14,80 y el porte cuesta 3,5."),
        ("nl", "De vestiging Almere kreeg 14 dozen, pakbon 1315 AB-2."),
        ("it", "Pagato via bonifico il 4 giugno, DDT 10122, magazzino di Prato."),
        ("pt", "Pagamos na Quinta 12 de junho, guia 4050, obra de Viseu."),
    ],
)
def test_sites_papers_and_pieces_are_no_addresses(redactor: PresidioRedactor, language: str, text: str) -> None:
    assert hidden(redactor, text, language) == []


def test_the_firm_above_an_address_stays(redactor: PresidioRedactor) -> None:
    text = "Holm & Daughters Ltd\nRiver Business Park\n21 Lockside\nStockport SK1 9ZZ"
    assert hidden(redactor, text, "en") == [("LOCATION", text.partition("\n")[2])]
