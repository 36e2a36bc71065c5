"""First names of the United States: those that 3 in 100,000 women or men had in the census of 1990 (public domain).

In small letters, without those that are common words. A name that is not here is found all the same where it was asked
for, or where "my name is" stands before it.
"""

from flowyte.redact.words import vocabulary

FIRST = vocabulary(
    """
aaron abbey abbie abby abdul abe abel abigail abraham abram ada adalberto adam adan addie adela adelaida adelaide
adele adelia adelina adeline adell adella adelle adina adolfo adolph adria adrian adriana adriane adrianna adrianne
adrienne afton agatha agnes agustin agustina ahmad ahmed aida aileen aimee aisha aja al alaina alan alana alanna alba
albert alberta albertha albertine alberto albina alda alden aldo alec alecia alejandra alejandro alena alene alesha
alesia aleta aletha alethea alex alexa alexander alexandra alexandria alexia alexis alfonso alfonzo alfred alfreda
alfredo ali alice alicia alida alina aline alisa alisha alison alissa allan allen allene allie allison allyson alma
almeda alonso alonzo alphonse alphonso alta altagracia althea alton alva alvaro alvin alvina alyce alycia alysia
alyson alyssa amada amado amalia amanda amber ambrose amelia america ami amie amos amparo amy ana anabel anastacia
anastasia anderson andra andre andrea andreas andres andrew andria andy angel angela angelia angelica angelina
angeline angelique angelita angella angelo angie anglea anh anibal anika anissa anita anitra ann anna annabel
annabelle annamarie anne anneliese annemarie annetta annette annie annmarie anthony antione antionette antoine
antoinette anton antone antonette antonia antonina antonio antony antwan araceli aracely arcelia archie arden ardis
ardith aretha ariana ariel arielle arleen arlen arlene arlette arlie arline armand armando armida arnold arnoldo
arnulfo aron arron art arthur artie arturo asa asha ashely ashlee ashleigh ashley ashlie ashly ashton asia astrid
athena aubrey audra audrey audry augusta augustine augustus aura aurea aurelia aurelio aurora austin autumn ava avery
avis awilda ayesha bailey bambi barb barbara barbie barbra barney barrett barry bart barton basil bea beatrice beatriz
beau becky belen belinda bella belle belva ben benedict benita benito benjamin bennett bennie benny benton berenice
bernadette bernadine bernard bernardo bernice bernie berniece bernita berry bert berta bertha bertie bertram beryl
bess bessie beth bethany betsy bette bettie bettina betty bettye beulah beverley beverly bianca bill billie billy
birdie blaine blair blake blanca blanch blanche bo bob bobbi bobbie bobby bobbye bonita bonnie bonny booker boris
boyce boyd brad bradford bradley bradly brady brain brandee branden brandi brandie brandon brandy brant breanna
breanne bree brenda brendan brendon brenna brent brenton bret brett brian briana brianna brianne brice bridget
bridgett bridgette brigette brigitte britney britt brittani brittany brittney brock broderick brook brooke brooks
bruce bruno bryan bryant bryce bryon buck bud buddy buffy buford burl burt burton buster byron caitlin caitlyn caleb
callie calvin cameron cami camilla camille candace candance candelaria candi candice candida candis candy cara caren
carey cari caridad carin carina carissa carl carla carleen carlene carlo carlos carlota carlotta carlton carly carlyn
carma carman carmel carmela carmelita carmella carmelo carmen carmine carol carolann carole carolee caroline carolyn
carolynn caron carri carrie carrol carroll carson carter cary caryl caryn casandra casey cassandra cassidy cassie
catalina catharine catherine cathi cathie cathleen cathrine cathryn cathy catina catrina cecelia cecil cecile cecilia
cecily cedric cedrick celeste celestine celia celina cesar chad chadwick chana chanda chandra chanel chang chantal
chantel chantelle charissa charisse charity charla charleen charlene charles charlette charley charlie charline
charlotte charmaine charolette chas chase chasity chastity chauncey chelsea chelsey chelsie cheri cherie cherise
cherly cherri cherrie cherry cheryl cheryle chester chet cheyenne chi chiquita chloe chong chris chrissy christa
christal christel christen christene christi christian christiana christiane christie christin christina christine
christoper christopher christy chrystal chuck chun chung ciara cierra cinda cindi cindy cinthia clair claire clara
clare clarence claribel clarice clarissa clark claud claude claudette claudia claudine claudio clay clayton clement
clemente clementine cleo cleta cletus cleveland cliff clifford clifton clint clinton clyde cody colby cole coleen
coleman colette colin colleen collette collin colton concepcion concetta connie conrad constance consuelo cora coral
corazon cordelia cordell corene corey cori corina corine corinna corinne cornelia cornelius cornell corrie corrina
corrine cortez cortney cory courtney coy craig cristal cristi cristin cristina cristine cristobal cristopher cristy
cruz crystal curt curtis cyndi cynthia cyril cyrus cythia daisy dale dalia dallas dalton damaris damian damien damion
damon dan dana dane danelle danette dani danial danica daniel daniela daniele daniella danielle danilo danita danna
dannie dannielle danny dante danyelle daphne dara darci darcie darcy darell daren daria darin dario darius darla
darleen darlene darline darnell daron darrel darrell darren darrick darrin darron darryl darwin daryl dave david
davida davina davis dawn dawna dayna dean deana deandre deangelo deann deanna deanne deb debbie debbra debby debi
debora deborah debra debrah dedra deena deidra deidre deirdre del delbert delfina delia delilah della delma delmar
delmer delois delora delores deloris delphia delphine demarcus demetra demetria demetrius dena deneen denice denis
denise denna dennis denny denver deon derek derick derrick deshawn desirae desiree desmond dessie destiny devin devon
dewayne dewey dewitt dexter dian diana diane diann dianna dianne dick diego dillon dina dinah dino dion dionne dirk
dixie dollie dolly dolores domenic domenica dominga domingo dominic dominick dominique don dona donald donita donn
donna donnell donnie donny donovan donte dora dorcas doreen dorene doretha dori dorian dorinda doris dorotha dorothea
dorothy dorris dorsey dortha dorthea dorthy dottie doug douglas douglass dovie doyle drew duane dudley dulce duncan
dustin dusty dwain dwayne dwight dylan earl earle earlene earline earnest earnestine eartha eboni ebony ed eda eddie
eddy edelmira eden edgar edgardo edie edison edith edmond edmund edmundo edna eduardo edward edwardo edwin edwina
edythe effie efrain efren eileen elaina elaine elana elba elbert elda elden eldon eldora eldridge eleanor eleanora
eleanore elena elenor elfriede eli elia elias elida elijah elinor elisa elisabeth elise eliseo elisha elissa eliza
elizabeth elizebeth ella ellen ellie elliot elliott ellis ellsworth elma elmer elmira elmo elna elnora eloisa eloise
elouise eloy elroy elsa elsie elton elva elvera elvia elvin elvira elvis elwood elyse emanuel emelia emerson emery
emil emile emilia emilie emilio emily emma emmanuel emmett emmitt emogene emory ena enedina enid enoch enrique
enriqueta erasmo eric erica erich erick ericka erik erika erin erlinda erma erna ernest ernestina ernestine ernesto
ernie errol ervin erwin esmeralda esperanza essie esteban estela estella estelle ester esther estrella ethan ethel
ethelyn etta eugene eugenia eugenie eugenio eula eulalia eun eunice eusebio eva evalyn evan evangelina evangeline eve
evelia evelyn everett everette evette evie evon evonne ezekiel ezequiel ezra fabian fabiola faith fallon fannie fanny
farrah fatima faustino fausto fawn fay faye federico felecia felica felice felicia felicita felicitas felipa felipe
felisa felisha felix felton ferdinand fermin fern fernando ferne fidel filiberto filomena fiona fletcher flor flora
florence florencio florene florentino florine flossie floy floyd fonda forest forrest foster fran frances francesca
francesco francine francis francisca francisco frank frankie franklin franklyn fred freda freddie freddy frederic
frederick fredric fredrick freeman freida frieda fritz gabriel gabriela gabriella gabrielle gail gale galen garfield
garland garnet garret garrett garry garth gary gaston gavin gay gaye gayla gayle gaylord gaynell gemma gena genaro
gene geneva genevieve genoveva geoffrey george georgetta georgette georgia georgiana georgianna georgie georgina
gerald geraldine geraldo geralyn gerard gerardo gerda geri germaine german gerri gerry gertie gertrude gil gilbert
gilberto gilda gillian gina ginger ginny gino giovanna giovanni gisela gisele giselle giuseppe gladis gladys glen
glenda glenn glenna gloria glory golda goldie gonzalo gordon grace gracie graciela grady graham graig grant granville
greg gregg gregoria gregorio gregory greta gretchen gretta griselda grover guadalupe guillermina guillermo gus gussie
gustavo guy gwen gwendolyn hai hailey hal haley hallie hank hanna hannah hans harlan harland harley harold harriet
harriett harriette harris harrison harry harvey hassan hattie haydee hayden hayley haywood hazel heath heather hector
hedwig heidi helen helena helene helga hellen henrietta henry herb herbert heriberto herlinda herman hermelinda
herminia herschel hershel hester hettie hilario hilary hilda hildegard hillary hilton hipolito hiram hoa hobert holli
hollie hollis holly homer hong hope horace horacio hortencia hortense hortensia hosea houston howard hoyt hubert huey
hugh hugo hui hulda humberto hunter huong hyman ian ida idalia idella ignacio ike ila ileana ilene iliana ilona ilse
ima imelda imogene ina ines inez inga inge ingeborg ingrid iola iona ione ira irena irene iris irma irvin irving irwin
isaac isabel isabell isabella isabelle isaiah isaias isela isiah isidro ismael israel isreal issac iva ivan ivette
ivonne ivory ivy jacalyn jacinta jacinto jack jackeline jackie jacklyn jackson jaclyn jacob jacque jacquelin
jacqueline jacquelyn jacques jacquline jada jade jae jaime jaimie jake jamaal jamal jamar jame jamel james jamey jami
jamie jamila jamison jammie jan jana janae jane janeen janel janell janelle janene janet janette janey janice janie
janina janine janis janna jannette jannie jaqueline jared jarod jarred jarrett jarrod jarvis jasmin jasmine jason
jasper jaunita javier jay jayme jayne jayson jazmin jc jean jeana jeane jeanetta jeanette jeanie jeanine jeanna jeanne
jeannette jeannie jeannine jed jeff jefferey jefferson jeffery jeffrey jeffry jena jenelle jenifer jeniffer jenna
jennette jenni jennie jennifer jenniffer jenny jerald jeraldine jeramy jere jeremiah jeremy jeri jerilyn jermaine
jerold jerome jeromy jerrell jerri jerrie jerrod jerrold jerry jesica jess jesse jessica jessie jesus jettie jewel
jewell jill jillian jim jimmie jimmy jo joan joana joanie joann joanna joanne joaquin jocelyn jodi jodie jody joe joel
joelle joellen joesph joetta joey johanna john johnathan johnathon johnetta johnie johnna johnnie johnny johnson joi
joleen jolene jolynn jon jonah jonas jonathan jonathon joni jonna jonnie jordan jordon jorge jose josef josefa
josefina joseph josephina josephine josette josh joshua josiah josie jospeh josue jovita joy joyce joycelyn juan juana
juanita jude judi judie judith judson judy jules juli julia julian juliana juliann julianna julianne julie juliet
julieta juliette julio julissa julius jung justin justina justine kacey kaci kacie kaitlin kaitlyn kala kami kandace
kandi kandice kandy kara karan kareem karen kari karie karin karina karissa karl karla karlene karol karolyn karon
karri karrie karyn kasandra kasey kassandra kate katelyn katharine katherine katheryn kathi kathie kathleen kathlene
kathlyn kathrine kathryn kathryne kathy kathyrn katie katina katrina katy kay kaye kayla kaylee kecia keely keenan
keiko keisha keith keli kelley kelli kellie kelly kelsey kelsie kelvin ken kendall kendra kendrick keneth kenna
kenneth kennith kenny kent kenton kenya kenyatta keri kermit kerri kerrie kerry kesha keshia keven kevin kia kiara
kieth kim kimberely kimberlee kimberley kimberly kip kira kirby kirk kirsten kirstin kisha kitty kizzy korey kori kory
kraig kris krista kristal kristan kristen kristi kristian kristie kristin kristina kristine kristofer kristopher
kristy kristyn krystal krystle krystyna kurt kurtis kyla kyle kylee kylie kyong kyra kyung lacey laci lacie lacy
ladonna lai lakeisha lakesha lakeshia lakisha lamar lamont lan lana lance landon lanette lani lanita lanny laquita
lara larissa larry larue lashanda lashawn lashonda latanya latasha latisha latonia latonya latosha latoya latrice
latricia laura laureen laurel lauren laurence laurene lauretta laurette lauri laurie lavada lavern laverne lavina
lavinia lavon lavonda lavonne lawanda lawerence lawrence lazaro lea leah leandra leandro leann leanna leanne leatha
leatrice leda lee leeann leesa leif leigh leila leilani leisa lela leland lelia lemuel len lena lenard lennie lenny
lenora lenore leo leola leon leona leonard leonardo leone leonel leonor leonora leopoldo leora leota leroy les lesa
leslee lesley lesli leslie lessie lester leta letha leticia letitia lettie levi lewis li lia liana liane libby lida
lidia lila lilia lilian liliana lillian lillie lilly lily lin lina lincoln linda lindsay lindsey lindy linette linh
linnea linnie lino linsey linwood lionel lisa lise lisette lissa lissette lita liz liza lizabeth lizbeth lizette
lizzie lloyd logan lois lola lolita lon lona lonnie lonny lora loraine loreen lorelei loren lorena lorene lorenza
lorenzo loretta lori lorie lorinda lorine lorna lorraine lorretta lorri lorrie lottie lou louann louella louie louis
louisa louise lourdes lovie lowell loyd lu luana luann luanne lucas lucia luciana luciano lucie lucien lucienne lucila
lucile lucille lucinda lucio lucius lucretia lucy lue luella luigi luis luisa luke lula lulu lupe lupita lura luther
luz lyda lydia lyla lyle lyman lyn lynda lyndon lyndsay lyndsey lynette lynn lynne lynnette lynwood mabel mable mac
machelle mack mackenzie madeleine madeline madelyn madge madison madonna mae maegan magda magdalena magdalene maggie
magnolia mai maira majorie malcolm malcom malia malik malinda malissa mallory mamie mandi mandy manuel manuela mara
maranda marc marcel marcela marcelina marcelino marcella marcelle marcellus marcelo marci marcia marcie marco marcos
marcus marcy margaret margarete margarette margarita margarito marge margery margie margo margot margret marguerite
mari maria mariah mariam marian mariana mariann marianna marianne mariano maribel maribeth maricela marie mariela
marietta marilee marilou marilyn marilynn marina mario marion marisa marisela marisol marissa marita maritza marjorie
marjory mark markus marla marlena marlene marlin marlo marlon marlyn marlys marnie marquerite marquis marquita marry
marsha marshall marta martha marti martin martina martine marty marva marvel marvin mary maryann maryanne marybeth
maryellen maryjane maryjo marylee marylin marylou marylyn mason mathew mathilda matilda matilde matt matthew mattie
maud maude maudie maura maureen maurice mauricio maurine mauro mavis max maxie maximo maxine maxwell maya maybelle
mayme maynard mayra mazie mckinley meagan meaghan mechelle mee meg megan meghan mei mel melanie melba melina melinda
melisa melissa mellisa mellissa melodie melody melonie melony melva melvin melvina mercedes mercy meredith merle
merlin merrill merry mervin meryl mia micaela micah michael michaela michal michale micheal michel michele michell
michelle mickey mickie migdalia miguel mike mikel milagros milan mildred miles milford milissa millard millicent
millie milo milton mimi mina mindi mindy minerva minh minnie miquel mira miranda mireya miriam mirian mirna mirta
missy misti misty mitch mitchel mitchell mittie mitzi modesta modesto mohamed mohammad mohammed moira moises mollie
molly mona monica monika monique monroe monte monty morgan morris morton mose moses moshe mozell mozelle muriel murray
myles myong myra myriam myrna myron myrtice myrtis myrtle nada nadia nadine nakia nakisha nan nanci nancy nanette
nannette nannie naomi napoleon natalia natalie natasha nathalie nathan nathanael nathanial nathaniel natividad neal
ned nedra neil nelda nelida nell nella nelle nellie nelly nelson nena nereida nestor nettie neva neville newton nia
nichelle nichol nicholas nichole nick nicki nickolas nicky nicola nicolas nicolasa nicole nicolette nidia nigel niki
nikita nikki nila nilda nilsa nina ninfa nita noah noble noe noel noelia noelle noemi nola nolan nona nora norbert
norberto noreen norene norine norma norman normand norris nova novella nydia ocie octavia octavio odell odessa odette
odis ofelia ola olen oleta olga olin oliva olive oliver olivia ollie oma omar omer ona opal ophelia ora oralia oren
orlando orpha orval orville oscar osvaldo oswaldo otha otilia otis otto ouida owen pablo paige palma palmer pam pamala
pamela pansy paola paris parker pasquale pat patrica patrice patricia patrick patsy patti pattie patty paul paula
paulette paulina pauline pearl pearlie pearline pedro peggie peggy penelope pennie penny percy perla perry pete peter
petra phil philip phillip phillis philomena phoebe phuong phylis phyliss phyllis pierre pilar pinkie polly porfirio
porter portia precious preston pricilla prince princess priscilla prudence queen quentin quincy quinn quintin quinton
rachael racheal rachel rachelle racquel rae rafael rafaela raleigh ralph ramiro ramon ramona randa randal randall
randell randi randolph randy raphael raquel rashad rashida raul raven ray rayford raymon raymond raymundo reba rebeca
rebecca rebekah reed refugio regan reggie regina reginald reid reina reinaldo rena renae renaldo renata renate renato
rene renea renee renita reta retha reuben reva rex rey reyes reyna reynaldo rhea rhett rhiannon rhoda rhonda ricardo
rich richard richelle richie rick rickey rickie ricky rico rigoberto riley rina rita rob robbie robbin robby robert
roberta roberto robin robt robyn rocco rochelle rocio rocky rod roderick rodger rodney rodolfo rodrick rodrigo rogelio
roger roland rolanda rolando rolf rolland roma roman romana romeo romona ron rona ronald ronda ronna ronnie ronny
roosevelt rory rosa rosalba rosalee rosalia rosalie rosalina rosalind rosalinda rosaline rosalva rosalyn rosanna
rosanne rosaria rosario rosaura roscoe rose roseann roseanna roseanne rosella roselyn rosemarie rosemary rosendo
rosetta rosie rosina rosita roslyn ross rowena roxana roxane roxann roxanna roxanne roxie roy royal royce ruben rubin
ruby rubye rudolf rudolph rudy rueben rufina rufus rupert russ russel russell rusty ruth ruthann ruthie ryan sabina
sabine sabra sabrina sade sadie sal salina sallie sally salvador salvatore sam samantha samatha sammie sammy samual
samuel sandi sandra sandy sanford sanjuana sanjuanita santa santiago santo santos sara sarah sarita sasha saul saundra
savannah scarlett scot scott scottie scotty sean sebastian selena selina selma serena sergio seth seymour shad shaina
shalonda shameka shamika shana shanda shandra shane shanell shani shanika shanita shanna shannan shannon shanon shanta
shante shantel shantell shara sharee sharen shari sharla sharlene sharon sharonda sharron sharyn shasta shaun shauna
shawanda shawn shawna shay shayla shayna shayne sheena sheila shelby sheldon shelia shelley shelli shellie shelly
shelton shena sheree sheri sherie sherilyn sherita sherman sheron sherri sherrie sherrill sherron sherry sherryl
sherwood sheryl shiela shirlee shirlene shirley shirly shon shonda sibyl sid sidney sigrid silas silvia simon simona
simone siobhan socorro sofia sol soledad solomon sondra sonia sonja sonny sonya sophia sophie spencer stacey staci
stacia stacie stacy stan stanford stanley stanton starla starr stefan stefani stefanie stella stephaine stephan
stephani stephanie stephany stephen stephenie stephine sterling steve steven stevie stewart stormy stuart su sue sunny
sunshine susan susana susann susanna susannah susanne susie suzan suzanna suzanne suzette suzie suzy sybil syble
sydney sylvester sylvia tabatha tabitha tad talia tamar tamara tamatha tameka tamela tamera tami tamie tamika tamiko
tammi tammie tammy tamra tana tanesha tangela tania tanika tanisha tanner tanya tara tarsha taryn tasha tatiana tawana
tawanda tawanna tawnya taylor ted teddy teena tena tenisha teodora teodoro tera terence teresa terese teresita teressa
teri terra terrance terrell terrence terri terrie terry tess tessa tessie thad thaddeus thanh thea theda thelma theo
theodora theodore theresa therese theron thersa thomas thomasina thurman thuy tia tiana tiara tierra tiffani tiffanie
tiffany tiffiny tillie tim timmy timothy tina tisha titus tobias toby tod todd tom tomas tomasa tomeka tommie tommy
toney toni tonia tonja tony tonya tori tory tosha toya tracee tracey traci tracie tracy travis trena trent trenton
tresa tressa tressie treva trevor trey tricia trina trinidad trish trisha trista tristan troy trudy truman tuan twila
twyla ty tyler tyra tyree tyrell tyron tyrone tyson ulysses ursula vada val valarie valencia valentin valentina
valentine valeria valerie valorie van vance vanessa vaughn veda velda velia velma velva venessa venita venus vera
verda vergie verla vern verna vernell vernice vernie vernita vernon verona veronica vesta vicenta vicente vickey vicki
vickie vicky victor victoria vida vikki vilma vina vince vincent vincenzo viola violet violeta virgie virgil virgilio
virgina virginia vita vito viva vivian viviana von vonda vonnie wade waldo walker wallace wally walter walton wanda
wanita ward warner warren waylon wayne weldon wendell wendi wendy werner wes wesley weston whitney wilber wilbert
wilbur wilburn wilda wiley wilford wilfred wilfredo wilhelmina will willa willard willene william williams willian
willie willis willy wilma wilmer wilson wilton windy winford winfred winifred winnie winnifred winona winston wm
woodrow wyatt wynona xavier xiomara yadira yasmin yesenia yetta yoko yolanda yolonda yong yoshiko yu yvette yvonne
zachariah zachary zachery zack zackary zaida zandra zane zelda zella zelma zena zenaida zenobia zina zoe zoila zola
zona zora zoraida zula zulma
"""
)
# Words too: alone, and at the begin of a sentence, they are none.
ALSO_WORDS = vocabulary(
    "art bill buck bud chase clay crystal dale dawn daisy drew earl faith frank gale gay gene ginger grace grant "
    "guy harmony heather holly hope iris ivy jack jade jasmine jewel joy lily mark mercy miles misty norm olive "
    "pat patience pearl penny precious ray reed rich robin rocky rod rose rosemary ruby rusty sandy shell "
    "sterling stone sue sunny tawny van velvet von ward will wood woody charity constance destiny dusty gary "
    "ginny hunter jersey junior mac max melody merry porter princess prince queen skip sky tiny trinity virgin "
    "general angel"
)
